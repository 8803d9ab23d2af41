import type { Database } from '@idaemon/persistence';
import type { OpenMetadataStore, ReadingAnswers } from '../open-metadata-store.js';
import { SingleChanges, type Rewriting } from './changes/single-changes.js';
import { Claims } from './claims/claims.js';
import { putState } from './connector-state.js';
import type { Notices } from './notices.js';
import { removeConnector } from './removal/remove-connector.js';
import { runReports } from './runs/run-reports.js';
import { SyncSessions } from './session/sync-sessions.js';
import type { WorkLimit } from './work-limit.js';
import { IdBlocks } from './write/id-blocks.js';
import type { ChangeResult } from '@idaemon/contracts';

export interface WriterParts {
  database: Database;
  notices: Notices;
  /** The address of this replica, where its sessions are answered. */
  replica: string;
  maxSessions: number;
  /** Bounds the transactions of sessions and single changes: fewer than there are connections. */
  limit: WorkLimit;
  nowMs: () => number;
}

/** The writing side of the embedded store. */
export interface EmbeddedWriter extends Omit<OpenMetadataStore, keyof ReadingAnswers> {
  /** Writes the element of a dead letter again. */
  rewrite(rewriting: Rewriting): Promise<ChangeResult>;
  /** Forgets sessions whose clients are gone. Called every few seconds. */
  expireSessions(): void;
  /** Sessions under way. */
  readonly sessions: number;
}

export function embeddedWriter(parts: WriterParts): EmbeddedWriter {
  const { database, notices } = parts;
  const ids = { element: new IdBlocks('element_id_seq'), relationship: new IdBlocks('relationship_id_seq') };
  const claims = new Claims(database);
  const sessions = new SyncSessions({ ...parts, ids });
  const changes = new SingleChanges({ ...parts, ids });
  return {
    claim: (request) => claims.claim(request),
    confirm: (request) => claims.confirm(request),
    begin: (request) => sessions.begin(request),
    batch: (request) => sessions.batch(request),
    complete: (request) => sessions.complete(request),
    unread: (request) => sessions.unread(request),
    keepAlive: (request) => sessions.keepAlive(request),
    commit: (request) => sessions.commit(request),
    abandon: (request) => sessions.abandon(request),
    change: (request) => changes.change(request),
    putState: (request) => putState(database, request),
    removeConnector: (request) => removeConnector(database, notices, request),
    ...runReports(database, (connector) => notices.runReported(connector)),
    rewrite: (rewriting) => changes.rewrite(rewriting),
    expireSessions: () => sessions.expire(),
    get sessions() {
      return sessions.size;
    },
  };
}
