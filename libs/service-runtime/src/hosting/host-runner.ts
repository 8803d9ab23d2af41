import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import {
  Inject,
  Injectable,
  Optional,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { events } from '@idaemon/contracts';
import type { AnyConnector, IntegrationService } from '@idaemon/connector-kit';
import { Messaging } from '@idaemon/messaging';
import type { Metrics } from '@idaemon/metrics';
import { version } from '../bootstrap/version.js';
import type { Log } from '../bootstrap/log.js';
import { exitCodes, ProcessEnd } from '../bootstrap/process-end.js';
import { Readiness } from '../bootstrap/readiness.js';
import { Redaction } from '../bootstrap/redaction.js';
import { ENVIRONMENT, LOG, METRICS, SHUTDOWN } from '../bootstrap/tokens.js';
import {
  checkExtension,
  CONTEXT_EXTENSION,
  type ContextExtensionProvider,
} from '../connector/context-extension.js';
import { Definitions } from '../connector/definitions.js';
import { addExternalConnectors } from '../connector/external-connectors.js';
import { RefreshSlots } from '../connector/refresh-slots.js';
import { systemClock } from '../schedule/clock.js';
import { answerRequests } from './answer-requests.js';
import type { HostEnvironment } from './host-environment.js';
import { InstanceHost } from './instance-host.js';
import type { IntegratorEnvironment } from './integrator-environment.js';
import { daemonOver, gatewaysOver } from './messaging-ports.js';
import { RunReports } from './run-reports.js';
import { Watchdog } from './watchdog.js';

export const INTEGRATION_SERVICE = Symbol('idaemon:integration-service');

interface Hosted {
  service: IntegrationService;
  connectors: readonly AnyConnector[];
}

/** Connector starts that ask the daemon and the gateway at once. */
const concurrentStarts = 32;
/** How old the names may be that the watchdog tells. */
const watchIntervalMs = 1_000;

/** Runs the instance host as long as the app runs. */
@Injectable()
export class HostRunner implements OnApplicationBootstrap, OnModuleDestroy {
  #host: InstanceHost | undefined;
  #stopWatching: () => Promise<void> = () => Promise.resolve();

  constructor(
    @Inject(INTEGRATION_SERVICE) private readonly hosted: Hosted,
    @Inject(ENVIRONMENT) private readonly environment: IntegratorEnvironment,
    @Inject(LOG) private readonly log: Log,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(SHUTDOWN) private readonly shutdown: AbortSignal,
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(Redaction) private readonly redaction: Redaction,
    @Inject(ProcessEnd) private readonly end: ProcessEnd,
    @Optional() @Inject(CONTEXT_EXTENSION) private readonly extension?: ContextExtensionProvider,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { service, connectors } = this.hosted;
    checkExtension(service, this.extension);
    const definitions = new Definitions(service.name, connectors, version);
    await addExternalConnectors(definitions, this.environment.IDAEMON_CONNECTORS, process.cwd(), this.log);
    const shared = this.#hostEnvironment(definitions);
    const host = new InstanceHost({
      environment: shared,
      version,
      address: addressOf(this.environment),
      onStuck: (reason, withinMs) => this.end.request(reason, exitCodes.stuck, withinMs),
    });
    this.#host = host;
    const { messaging, metrics } = this;
    messaging.subscribe(events.instanceWake, { instance: shared.instanceId }, () => host.wake());
    answerRequests(messaging, shared, host.fleet);
    this.readiness.set('daemon', () => host.problem);
    metrics.beforeRender(() => showState(metrics, host, shared.refreshes));
    host.start();
    this.#watch(service.name, host);
  }

  #watch(app: string, host: InstanceHost): void {
    const watchdog = new Watchdog({ app });
    const timer = setInterval(() => watchdog.note(host.atWork), watchIntervalMs);
    timer.unref();
    this.#stopWatching = () => {
      clearInterval(timer);
      return watchdog.stop();
    };
  }

  async onModuleDestroy(): Promise<void> {
    await this.#host?.stop();
    await this.#stopWatching();
  }

  #hostEnvironment(definitions: Definitions): HostEnvironment {
    const { log, metrics, redaction, messaging, environment, shutdown } = this;
    const service = this.hosted.service.name;
    const instanceId = `${service}-${randomBytes(4).toString('hex')}`;
    const gateways = gatewaysOver(messaging);
    const reports = new RunReports({
      gateways,
      clock: systemClock,
      signal: shutdown,
      onDropped: ({ id, connector }, refusal) => {
        metrics.integratorDroppedReports.inc();
        const reason = refusal ? 'its gateway refuses it' : 'its gateway has been away for long';
        log.warn({ connector, runId: id, error: refusal }, `A run report was dropped: ${reason}`);
      },
    });
    return {
      instanceId,
      service,
      definitions,
      daemon: daemonOver(messaging),
      gateways,
      reports,
      refreshes: new RefreshSlots(environment.IDAEMON_MAX_CONCURRENT_REFRESHES),
      starts: new RefreshSlots(concurrentStarts),
      connectTimeoutMs: environment.IDAEMON_CONNECT_TIMEOUT,
      secrets: { variables: process.env, environment, fetch },
      redaction,
      log: log.child({ instance: instanceId }),
      metrics,
      clock: systemClock,
      extension: this.extension,
    };
  }
}

function showState(metrics: Metrics, host: InstanceHost, { taken, waiting }: RefreshSlots): void {
  metrics.integratorConnectors.reset();
  for (const [state, count] of host.states) metrics.integratorConnectors.set({ state }, count);
  metrics.integratorRefreshes.set({ stage: 'under_way' }, taken);
  metrics.integratorRefreshes.set({ stage: 'waiting' }, waiting);
}

function addressOf({ IDAEMON_HOST: host, IDAEMON_PORT: port }: IntegratorEnvironment): string {
  const isAny = host === '0.0.0.0' || host === '::';
  return `http://${isAny ? hostname() : host}:${port}`;
}
