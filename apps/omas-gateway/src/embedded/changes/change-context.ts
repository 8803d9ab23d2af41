import type { ChangeResult, RemovalGuard } from '@idaemon/contracts';
import { toWireError, type IdaemonError } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import type { FeedEntry } from '../write/feed.js';
import type { Ids } from '../write/write-elements.js';
import type { Writer } from '../write/writer.js';

/** One transaction of single changes. */
export interface ChangeContext {
  readonly sql: Sql;
  readonly ids: Ids;
  readonly writer: Writer;
  readonly guard: RemovalGuard;
  /** How many elements a source has, not necessarily to the last one. */
  readonly sizeOfSource: (sql: Sql, sourceId: number) => Promise<number>;
  /** Collected, since the feed is written last. */
  readonly feed: FeedEntry[];
}

export function refused(error: IdaemonError): ChangeResult {
  return { result: 'refused', error: toWireError(error) };
}
