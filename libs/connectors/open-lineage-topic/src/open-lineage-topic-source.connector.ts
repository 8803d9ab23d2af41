import { defineConnector } from '@idaemon/connector-kit';
import { lineageIntegrator } from '@idaemon/integration-services';
import { z } from 'zod';
import type { Consumer } from '@platformatic/kafka';
import { kafkaOptions, kafkaSecrets, type KafkaConfig } from './config.js';
import { closeQuietly, connectionOf } from './kafka-connection.js';
import { kafkaFailure } from './kafka-failure.js';
import { batchesOf } from './message-batches.js';
import { nextOffsets, publishMessages, type TopicMessage } from './publish-messages.js';

const batch = 200;

/** Receives the events that senders write to a topic of Kafka, as OpenLineage's Kafka transports do. */
export const openLineageTopicSource = defineConnector({
  name: 'open-lineage-topic-source',
  description: 'Receives OpenLineage events from a topic of Kafka, beside those that come over HTTP.',
  service: lineageIntegrator,
  config: z.object({
    ...kafkaOptions,
    group: z
      .string()
      .min(1)
      .max(249)
      .optional()
      .describe(
        'The consumer group, which has the offsets; default: `idaemon-` and the name of the connector.',
      ),
    from: z
      .enum(['oldest', 'now'])
      .default('oldest')
      .describe('Where a group without offsets begins: with the oldest message, or with what is to come.'),
  }),
  secrets: kafkaSecrets,

  async connect({ config, secrets, name }) {
    const { Consumer } = await import('@platformatic/kafka');
    return new Consumer({
      ...(await connectionOf(config, secrets.password, name)),
      groupId: config.group ?? `idaemon-${name}`,
      sessionTimeout: 10_000,
      heartbeatInterval: 3_000,
      maxWaitTime: 500,
      highWaterMark: batch,
    });
  },

  async engage({ config, client, openLineage, log, signal }) {
    for await (const messages of messagesOf(client, config, signal)) {
      await publishMessages(messages, openLineage, log);
      await commit(client, config, messages);
    }
  },

  async disconnect({ client }) {
    await closeQuietly(client);
  },
});

type Client = Consumer<Buffer, Buffer, Buffer, Buffer>;
type Config = KafkaConfig & { from: 'oldest' | 'now' };

async function* messagesOf(
  client: Client,
  config: Config,
  signal: AbortSignal,
): AsyncGenerator<TopicMessage[]> {
  try {
    const stream = await client.consume({
      topics: [config.topic],
      autocommit: false,
      mode: 'committed',
      fallbackMode: config.from === 'now' ? 'latest' : 'earliest',
    });
    yield* batchesOf<TopicMessage>(stream, batch, signal);
    if (!signal.aborted) throw new Error('the stream of messages has ended');
  } catch (error) {
    if (!signal.aborted) throw kafkaFailure(error, config);
  }
}

/** After the events are in the log: what is read once more after a crash is known there. */
async function commit(client: Client, config: Config, messages: readonly TopicMessage[]): Promise<void> {
  const { topic } = config;
  const offsets = [...nextOffsets(messages)].map(([partition, offset]) => ({
    ...{ topic, partition, offset, leaderEpoch: 0 },
  }));
  try {
    await client.commit({ offsets });
  } catch (error) {
    throw kafkaFailure(error, config);
  }
}
