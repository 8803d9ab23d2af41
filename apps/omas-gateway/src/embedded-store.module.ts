import { Module } from '@nestjs/common';
import { events, sessionMessages } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import type { Metrics } from '@idaemon/metrics';
import { Database } from '@idaemon/persistence';
import { ENVIRONMENT, METRICS } from '@idaemon/service-runtime';
import { embeddedWriter, type EmbeddedWriter } from './embedded/embedded-writer.js';
import type { Notices } from './embedded/notices.js';
import { embeddedReader } from './embedded/reading/embedded-reader.js';
import { GatewayDatabaseModule, READING } from './gateway-database.module.js';
import type { GatewayEnvironment } from './gateway-environment.js';
import { GatewayIdentity } from './gateway-identity.js';
import { WorkPool } from './messages/work-pool.js';
import type { OpenMetadataStore } from './open-metadata-store.js';

/** `OpenMetadataStore`: the port that the messages call. */
export const STORE = Symbol('idaemon:open-metadata-store');
/** `EmbeddedWriter`: what the upkeep of the embedded store calls. */
export const WRITER = Symbol('idaemon:embedded-writer');

/** Connections that sessions leave to claims, single changes and upkeep. */
const connectionsOfOthers = 4;
/** Batches and commits that wait for their turn: two of each session are the most that come. */
const batchesPerSession = 2;

/** Open metadata kept on Postgres. */
@Module({
  imports: [GatewayDatabaseModule],
  providers: [
    {
      provide: GatewayIdentity,
      inject: [ENVIRONMENT],
      useFactory: (environment: GatewayEnvironment) => new GatewayIdentity(environment.IDAEMON_GATEWAY),
    },
    {
      provide: WRITER,
      inject: [Database, Messaging, GatewayIdentity, ENVIRONMENT, METRICS],
      useFactory: (
        database: Database,
        messaging: Messaging,
        identity: GatewayIdentity,
        environment: GatewayEnvironment,
        metrics: Metrics,
      ) =>
        embeddedWriter({
          database,
          notices: noticesOver(messaging, identity),
          replica: identity.replica,
          maxSessions: environment.IDAEMON_MAX_SESSIONS,
          limit: sessionPool(environment, metrics),
          nowMs: () => performance.now(),
        }),
    },
    {
      provide: STORE,
      inject: [Database, READING, WRITER],
      useFactory: (writing: Database, reading: Database, writer: EmbeddedWriter): OpenMetadataStore => ({
        ...writer,
        ...embeddedReader({ reading, writing, rewrite: (failed) => writer.rewrite(failed) }),
      }),
    },
  ],
  exports: [STORE, WRITER, GatewayIdentity],
})
export class EmbeddedStoreModule {}

function noticesOver(messaging: Messaging, { gateway }: GatewayIdentity): Notices {
  return {
    feedGrew: (position) => messaging.publish(events.metadataChanged, { gateway }, { position }),
    runReported: (connector) => messaging.publish(events.runReported, { gateway }, { connector }),
  };
}

function sessionPool(environment: GatewayEnvironment, metrics: Metrics): WorkPool {
  return new WorkPool({
    name: 'session',
    concurrency: Math.max(1, environment.IDAEMON_POSTGRES_POOL - connectionsOfOthers),
    maxWaiting: environment.IDAEMON_MAX_SESSIONS * batchesPerSession,
    maxWaitMs: sessionMessages.batch.deadlineMs,
    onChange: (underWay) => metrics.gatewayRequestsUnderWay.set({ pool: 'session' }, underWay),
  });
}
