import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Metrics } from '@idaemon/metrics';
import { ENVIRONMENT, LOG, METRICS, Readiness, SHUTDOWN, type Log } from '@idaemon/service-runtime';
import type { LineageEnvironment } from '../lineage-environment.js';
import { EventLog } from '../log/event-log.js';
import { LogModule } from '../log/log.module.js';
import { KnownSenders } from '../senders/known-senders.js';
import { Admission } from './admission.js';
import { EventReader } from './event-reader.js';
import { IntakeMetrics } from './intake-metrics.js';
import { addLineageRoutes } from './lineage-routes.js';
import { Receiver } from './receiver.js';

/** Receives events over HTTP. */
@Module({ imports: [LogModule], providers: [KnownSenders] })
export class ReceivingModule implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost<FastifyAdapter>,
    @Inject(EventLog) private readonly events: EventLog,
    @Inject(KnownSenders) private readonly senders: KnownSenders,
    @Inject(ENVIRONMENT) private readonly environment: LineageEnvironment,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(SHUTDOWN) private readonly shutdown: AbortSignal,
  ) {}

  async onModuleInit(): Promise<void> {
    // Events are received with Postgres alone.
    this.readiness.doWithout('daemon');
    this.readiness.doWithout('nats');
    await addLineageRoutes(this.host.httpAdapter.getInstance(), this.#receiver());
  }

  #receiver(): Receiver {
    const { environment, metrics, shutdown, log } = this;
    const admission = new Admission(environment.IDAEMON_LINEAGE_MAX_IN_FLIGHT);
    metrics.beforeRender(() => metrics.lineageHeldBytes.set(admission.heldBytes));
    const intake = new IntakeMetrics(metrics);
    return new Receiver({
      keys: this.senders.keys,
      admission,
      log: this.events,
      reader: new EventReader(intake, environment.IDAEMON_LINEAGE_VALIDATION === 'strict'),
      limits: {
        maxBytes: environment.IDAEMON_LINEAGE_MAX_BODY,
        maxUnpackedBytes: environment.IDAEMON_LINEAGE_MAX_UNPACKED,
      },
      maxBatch: environment.IDAEMON_LINEAGE_MAX_BATCH,
      metrics: intake,
      isStopping: () => shutdown.aborted,
      onError: (error) => log.error({ error }, 'A request with events could not be answered'),
    });
  }
}
