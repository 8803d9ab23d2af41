import type { ConnectorLog } from '@idaemon/connector-kit';
import type { OpenLineageContext } from '@idaemon/integration-services';
import { MalformedEventError } from '@idaemon/open-lineage';

/** A message of a topic. */
export interface TopicMessage {
  key: Buffer | undefined | null;
  value: Buffer | undefined | null;
  partition: number;
  offset: bigint;
}

/** Into the log of events: those of one key in their order, different keys side by side. What is no event is passed over. */
export async function publishMessages(
  messages: readonly TopicMessage[],
  openLineage: Pick<OpenLineageContext, 'publish'>,
  log: ConnectorLog,
): Promise<void> {
  const chains = new Map<string, TopicMessage[]>();
  for (const message of messages) {
    // Messages without a key keep the order of their partition.
    const chain = message.key?.length ? message.key.toString('latin1') : `partition ${message.partition}`;
    chains.set(chain, [...(chains.get(chain) ?? []), message]);
  }
  await Promise.all(
    [...chains.values()].map(async (chain) => {
      for (const message of chain) await publishOne(message, openLineage, log);
    }),
  );
}

async function publishOne(
  { value, partition, offset }: TopicMessage,
  openLineage: Pick<OpenLineageContext, 'publish'>,
  log: ConnectorLog,
): Promise<void> {
  if (!value?.length) return;
  try {
    await openLineage.publish(value.toString());
  } catch (error) {
    if (!(error instanceof MalformedEventError)) throw error;
    log.warn('A message of the topic is no OpenLineage event; it is passed over', {
      partition,
      offset: String(offset),
      problems: error.problems.map(({ pointer, message }) => `${pointer}: ${message}`),
    });
  }
}

/** The offset after the last message of each partition. */
export function nextOffsets(messages: readonly TopicMessage[]): Map<number, bigint> {
  const next = new Map<number, bigint>();
  for (const { partition, offset } of messages) {
    const known = next.get(partition) ?? 0n;
    if (offset + 1n > known) next.set(partition, offset + 1n);
  }
  return next;
}
