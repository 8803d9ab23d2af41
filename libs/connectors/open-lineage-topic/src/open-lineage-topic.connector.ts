import { defineConnector } from '@idaemon/connector-kit';
import { lineageIntegrator, type ReceivedEvent } from '@idaemon/integration-services';
import { eventTransform, forwardingOptions } from '@idaemon/open-lineage';
import { z } from 'zod';
import { kafkaOptions, kafkaSecrets } from './config.js';
import { closeQuietly, connectionOf } from './kafka-connection.js';
import { kafkaFailure } from './kafka-failure.js';
import { sizedGroups } from './sized-groups.js';

/** Brokers take a mebibyte at once by default. */
const mostBytesAtOnce = 500_000;
const batch = 200;

/** Writes the events that senders have sent to a topic of Kafka. */
export const openLineageTopic = defineConnector({
  name: 'open-lineage-topic',
  description: 'Writes OpenLineage events to a topic of Kafka, with keys that keep their order.',
  service: lineageIntegrator,
  config: z.object({
    ...kafkaOptions,
    compression: z.enum(['none', 'gzip']).default('none').describe('Of the messages, by the sender.'),
    concurrency: z
      .int()
      .min(1)
      .max(64)
      .default(4)
      .describe('Requests at once; the events of one run are never sent side by side.'),
    ...forwardingOptions,
  }),
  secrets: kafkaSecrets,

  async connect({ config, secrets, name }) {
    const { compatibilityPartitioner, ProduceAcks, Producer } = await import('@platformatic/kafka');
    return new Producer({
      ...(await connectionOf(config, secrets.password, name)),
      acks: ProduceAcks.ALL,
      compression: config.compression,
      // As Java's clients, so that a key that others write too is in one partition.
      partitioner: compatibilityPartitioner,
    });
  },

  async engage({ config, client, openLineage }) {
    const { match, from, concurrency, topic } = config;
    const transformed = eventTransform(config.transform);
    const toMessage = ({ orderingKey, body }: ReceivedEvent) => ({
      topic,
      key: Buffer.from(orderingKey),
      value: transformed(body),
    });
    const write = async (events: readonly ReceivedEvent[]) => {
      for (const messages of sizedGroups(events.map(toMessage), ({ value }) => value.length, mostBytesAtOnce))
        await client.send({ messages });
    };
    await openLineage.listen(
      (events) =>
        write(events).catch((error: unknown) => {
          throw kafkaFailure(error, config);
        }),
      { match, from, concurrency, batch },
    );
  },

  async disconnect({ client }) {
    await closeQuietly(client);
  },
});
