/** On whose behalf something is written. */
export interface Writer {
  readonly connector: string;
  readonly shard: number;
  readonly source: { readonly id: number; readonly qualifiedName: string };
  /** Null outside of runs. */
  readonly runId: string | null;
  /** The connector, or the user, as history shows it. */
  readonly changedBy: string;
  /** The connector as the change feed shows it; null for a user. */
  readonly feedConnector: string | null;
  /** The session that writes; undefined for single changes. */
  readonly session?: SessionMemory;
}

/** What writing needs to know of the session that it belongs to. */
export interface SessionMemory {
  readonly id: string;
  readonly begunAt: Date;
  isSeen(elementId: number): boolean;
  /** Set when a source key lost its element to another key in this session. */
  hasReplacedKeys: boolean;
}
