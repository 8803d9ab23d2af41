import {
  Global,
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type Provider,
} from '@nestjs/common';
import { ENVIRONMENT, SHUTDOWN } from '@idaemon/service-runtime';
import { LivingGateways } from '../gateways/living-gateways.js';
import { RETENTION_SETTINGS, Retention, retentionSettings } from '../runs/retention.js';
import { RemovalRunRepository } from '../runs/removal-run.repository.js';
import { RunCollector } from '../runs/run-collector.js';
import { RunLoop } from '../runs/run-loop.js';
import { RunReportRepository } from '../runs/run-report.repository.js';
import { RunRepository } from '../runs/run.repository.js';
import { UnfinishedRunRepository } from '../runs/unfinished-run.repository.js';
import { AssignmentRepository } from './assignment.repository.js';
import { ConnectorStatusRepository } from './connector-status.repository.js';
import { DaemonResponder } from './daemon-responder.js';
import { DocumentRepository } from './document.repository.js';
import { Heartbeats } from './heartbeats.js';
import { HostingRepository } from './hosting.repository.js';
import { InstanceRepository } from './instance.repository.js';
import { LeaderLeaseRepository } from './leader-lease.repository.js';
import { LeaderLoop } from './leader-loop.js';
import { LeaderMetrics } from './leader-metrics.js';
import { Leader } from './leader.js';
import { LeaderRepository } from './leader.repository.js';
import { ObservedStatusRepository } from './observed-status.repository.js';
import { OWNERSHIP_SETTINGS, ownershipSettings } from './ownership-settings.js';
import { OwnershipRepository } from './ownership.repository.js';
import { newReplicaId, REPLICA_ID } from './replica-id.js';
import { ServiceOverviewRepository } from './service-overview.repository.js';
import { WakeUps } from './wake-ups.js';

/** For those who serve what is to people. */
const readModels = [
  ConnectorStatusRepository,
  HostingRepository,
  LivingGateways,
  RemovalRunRepository,
  RunRepository,
  ServiceOverviewRepository,
  WakeUps,
];

/** Everything of this module but its loops: specs take the steps themselves. */
export const ownershipProviders: Provider[] = [
  ...readModels,
  AssignmentRepository,
  DaemonResponder,
  DocumentRepository,
  Heartbeats,
  InstanceRepository,
  Leader,
  LeaderLeaseRepository,
  LeaderLoop,
  LeaderMetrics,
  LeaderRepository,
  ObservedStatusRepository,
  OwnershipRepository,
  Retention,
  RunCollector,
  RunLoop,
  RunReportRepository,
  UnfinishedRunRepository,
  { provide: OWNERSHIP_SETTINGS, inject: [ENVIRONMENT], useFactory: ownershipSettings },
  { provide: RETENTION_SETTINGS, inject: [ENVIRONMENT], useFactory: retentionSettings },
  { provide: REPLICA_ID, useFactory: newReplicaId },
];

/** Who runs what, and what comes of it: heartbeats, leader, assignments, runs. */
@Global()
@Module({ providers: ownershipProviders, exports: readModels })
export class OwnershipModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #ending = new AbortController();
  #loops: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(LeaderLoop) private readonly leaderLoop: LeaderLoop,
    @Inject(RunLoop) private readonly runLoop: RunLoop,
    @Inject(LivingGateways) private readonly gateways: LivingGateways,
    @Inject(SHUTDOWN) private readonly shutdown: AbortSignal,
  ) {}

  onApplicationBootstrap(): void {
    const signal = AbortSignal.any([this.shutdown, this.#ending.signal]);
    this.gateways.listen();
    this.#loops = Promise.all([this.leaderLoop.run(signal), this.runLoop.run(signal)]);
  }

  /** While the database is still open: the lease is given back. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#ending.abort();
    await this.#loops;
  }
}
