import { Inject, Injectable } from '@nestjs/common';
import { daemonMessages, type Heartbeat, type HeartbeatReply } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import type { Metrics } from '@idaemon/metrics';
import { METRICS } from '@idaemon/service-runtime';
import { DocumentRepository } from './document.repository.js';
import { Heartbeats } from './heartbeats.js';

interface Listening {
  unsubscribe(): void;
}

const options = { queue: 'daemon' };

/**
 * Answers the daemon's messages; all replicas share them. While Postgres is away it does not listen, so that instances
 * learn at once that the daemon is away and go on with what they have (design §6).
 */
@Injectable()
export class DaemonResponder {
  #listening: Listening[] = [];

  constructor(
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(Heartbeats) private readonly heartbeats: Heartbeats,
    @Inject(DocumentRepository) private readonly documents: DocumentRepository,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  answerWhile(canAnswer: boolean): void {
    if (canAnswer === this.#listening.length > 0) return;
    for (const listening of this.#listening) listening.unsubscribe();
    this.#listening = canAnswer ? this.#listen() : [];
  }

  #listen(): Listening[] {
    const { messaging, heartbeats, documents } = this;
    return [
      messaging.respond(daemonMessages.heartbeat, {}, (heartbeat) => this.#beat(heartbeat), options),
      messaging.respond(
        daemonMessages.leave,
        {},
        async ({ instanceId }) => {
          await heartbeats.leave(instanceId);
          return {};
        },
        options,
      ),
      messaging.respond(
        daemonMessages.release,
        {},
        async ({ instanceId, released }) => {
          await heartbeats.release(instanceId, released);
          return {};
        },
        options,
      ),
      messaging.respond(
        daemonMessages.raiseEpoch,
        {},
        async (fence) => {
          await heartbeats.raiseEpoch(fence);
          return {};
        },
        options,
      ),
      messaging.respond(
        daemonMessages.configuration,
        {},
        async ({ connector, revision }) => ({
          configuration: await documents.configuration(connector, revision),
        }),
        options,
      ),
      messaging.respond(
        daemonMessages.gateway,
        {},
        async ({ name }) => ({ gateway: await documents.gateway(name) }),
        options,
      ),
    ];
  }

  async #beat(heartbeat: Heartbeat): Promise<HeartbeatReply> {
    const stop = this.metrics.daemonHeartbeatDuration.startTimer();
    try {
      return await this.heartbeats.beat(heartbeat);
    } finally {
      stop();
    }
  }
}
