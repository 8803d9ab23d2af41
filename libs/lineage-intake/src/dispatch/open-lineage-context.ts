import type { ContextExtensionProvider, ExtendedInstance } from '@idaemon/service-runtime';
import type { OpenLineageContext } from '@idaemon/integration-services';
import { eventIdOf, readEvent, type OpenLineageEvent } from '@idaemon/open-lineage';
import { streamCount, type NewEvent } from '../log/append-events.js';
import { entityShardsOf } from './cataloguer-claim.js';
import { changedEntities, type ChangedEnvironment } from './changed-entities.js';
import { knownEntities } from './known-entities.js';
import { listen, type ListenerEnvironment } from './listener.js';
import { streamsOf } from './subscription-rows.js';

export interface OpenLineageEnvironment extends ListenerEnvironment, ChangedEnvironment {
  /** Resolves when they are committed. */
  append: (events: readonly NewEvent[]) => Promise<void>;
}

/** The log as each connector instance of the lineage integrator sees it. */
export function openLineageProvider(environment: OpenLineageEnvironment): ContextExtensionProvider {
  const listening = new Set<string>();
  return (instance) => ({ openLineage: openLineageOf(environment, instance, listening) });
}

function openLineageOf(
  environment: OpenLineageEnvironment,
  { connector, shard, shards, epoch, log, signal }: ExtendedInstance,
  listening: Set<string>,
): OpenLineageContext {
  return {
    async listen(handler, options = {}) {
      const name = `${connector} ${shard}`;
      // Two with one cursor would each miss what the other has read.
      if (listening.has(name)) throw new Error(`${connector} listens to OpenLineage events already`);
      listening.add(name);
      try {
        const subscriber = { connector, shard, epoch, streams: streamsOf(shard, shards, streamCount) };
        await listen(environment, subscriber, log, handler, options, signal);
      } finally {
        listening.delete(name);
      }
    },
    publish: async (event) => environment.append([publishedEvent(event, connector)]),
    changed: (options = {}) => {
      const cataloguer = { connector, shard, epoch, entityShards: entityShardsOf(shard, shards) };
      return changedEntities(environment, cataloguer, options, signal);
    },
    known: (options = {}) =>
      knownEntities(environment.database, entityShardsOf(shard, shards), options, signal),
  };
}

/** Throws MalformedEventError. */
function publishedEvent(event: OpenLineageEvent | string, connector: string): NewEvent {
  const body = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
  const { kind, orderingKey } = readEvent(body);
  return { id: eventIdOf(body), orderingKey, kind, sender: `connector:${connector}`, body };
}
