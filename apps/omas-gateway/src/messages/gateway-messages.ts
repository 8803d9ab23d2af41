import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { gatewayMessages, metadataMessages, RunReport, sessionMessages } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import type { Metrics } from '@idaemon/metrics';
import { METRICS } from '@idaemon/service-runtime';
import { STORE } from '../embedded-store.module.js';
import { readersAtOnce } from '../gateway-database.module.js';
import { GatewayIdentity } from '../gateway-identity.js';
import type { OpenMetadataStore } from '../open-metadata-store.js';
import { answerRequests } from './answer-requests.js';
import { meteredAnswers } from './metered-answers.js';
import { RunCounter } from './run-counter.js';
import { WorkPool } from './work-pool.js';

/** Readers that may wait: most take a few milliseconds, so that these are answered within a second. */
const maxWaitingReaders = 200;

/** Answers every message of a gateway with the store. */
@Injectable()
export class GatewayMessages implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #runs: RunCounter;

  constructor(
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(STORE) private readonly store: OpenMetadataStore,
    @Inject(GatewayIdentity) private readonly identity: GatewayIdentity,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {
    this.#runs = new RunCounter(metrics);
  }

  onApplicationBootstrap(): void {
    const { messaging, metrics, store } = this;
    const { gateway, replica } = this.identity;
    // Replicas of a gateway share the requests; a session is answered where it is.
    const queue = `gateway-${gateway}`;
    const written = meteredAnswers(store, metrics);
    const read = meteredAnswers(store, metrics, this.#readers());
    answerRequests(messaging, gatewayMessages, { gateway }, written, { queue });
    answerRequests(messaging, metadataMessages, { gateway }, read, {
      queue,
      maxConcurrent: maxWaitingReaders,
    });
    answerRequests(messaging, sessionMessages, { gateway, replica }, this.#counted(written));
  }

  /** Before the database is closed: requests that have arrived are answered, new ones go to other replicas. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.messaging.close();
  }

  #readers(): WorkPool {
    return new WorkPool({
      name: 'metadata',
      concurrency: readersAtOnce,
      maxWaiting: maxWaitingReaders,
      maxWaitMs: metadataMessages.elements.deadlineMs,
      onChange: (underWay) => this.metrics.gatewayRequestsUnderWay.set({ pool: 'metadata' }, underWay),
    });
  }

  #counted(store: OpenMetadataStore): OpenMetadataStore {
    return {
      ...store,
      batch: async (request) => {
        const reply = await store.batch(request);
        this.metrics.gatewayBatches.inc();
        return reply;
      },
      commit: async (request) => {
        const reply = await store.commit(request);
        if (reply.state === 'done') this.#runs.count(RunReport.parse(reply.report));
        return reply;
      },
    };
  }
}
