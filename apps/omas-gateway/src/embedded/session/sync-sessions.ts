import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  BusyError,
  fromWireError,
  SessionLostError,
  type RunReport,
  type SessionBatch,
  type SessionBegin,
} from '@idaemon/contracts';
import type { Database } from '@idaemon/persistence';
import type { SessionAnswers } from '../../open-metadata-store.js';
import { notPermitted } from '../changes/single-changes.js';
import { checkState } from '../connector-state.js';
import type { Notices } from '../notices.js';
import { retriedTransaction } from '../retried-transaction.js';
import { reportOfSession } from '../runs/run-reports.js';
import { writeTransaction } from '../write/placeholders.js';
import type { WorkLimit } from '../work-limit.js';
import type { Ids } from '../write/write-elements.js';
import { findTargets } from '../write/reference-lookup.js';
import { commitSession, failSession } from './commit-session.js';
import { openSession } from './open-session.js';
import { checkBatch, rememberOutcome, writeBatch } from './session-batch.js';
import { scopeKey, type SyncSession, type VisitedScope } from './sync-session.js';
import { endedScopes, filledScopes, findScopes } from '../sweep-scopes.js';

type Requests = { [N in keyof SessionAnswers]: Parameters<SessionAnswers[N]>[0] };

export interface SyncSessionsOptions {
  database: Database;
  ids: Ids;
  notices: Notices;
  /** Sessions are answered at the address of their replica. */
  replica: string;
  maxSessions: number;
  limit: WorkLimit;
  nowMs: () => number;
}

/** A session that sends nothing for this long is over. */
const idleMs = 60_000;
/** How long a commit is waited for before its client is told to ask again. */
const commitPatienceMs = 5_000;

/** The sessions that this replica owns. */
export class SyncSessions implements SessionAnswers {
  readonly #sessions = new Map<string, SyncSession>();

  constructor(private readonly options: SyncSessionsOptions) {}

  get size(): number {
    return this.#sessions.size;
  }

  async begin(request: SessionBegin): ReturnType<SessionAnswers['begin']> {
    this.expire();
    const { database, maxSessions, nowMs, replica, limit } = this.options;
    if (this.#sessions.size >= maxSessions) {
      throw new BusyError(`The gateway has ${maxSessions} sync sessions under way`, { retryAfterMs: 5_000 });
    }
    const session = await limit.run(() => openSession(database, randomUUID(), request, nowMs()));
    for (const [id, { begin }] of this.#sessions) {
      const { connector, shard } = begin.fence;
      if (connector === request.fence.connector && shard === request.fence.shard) this.#sessions.delete(id);
    }
    this.#sessions.set(session.id, session);
    return { session: session.id, replica, isFirst: session.isFirst };
  }

  async batch(request: SessionBatch): ReturnType<SessionAnswers['batch']> {
    const session = this.#open(request.session);
    assertMayWrite(session);
    checkState(session.begin.fence, request.state);
    return session.answerOnce(request.number, async () => {
      const batch = checkBatch(request, await this.#scopeIds(session, request));
      const { database, ids, notices, limit } = this.options;
      const outcome = await session.inTurn(() =>
        limit.run(() => writeTransaction(database, (sql) => writeBatch(sql, ids, session, batch))),
      );
      rememberOutcome(session, outcome);
      if (outcome.feedPosition !== null) notices.feedGrew(outcome.feedPosition);
      return { needed: outcome.needed, counts: { ...session.counts } };
    });
  }

  async complete(request: Requests['complete']): Promise<Record<string, never>> {
    const session = this.#open(request.session);
    assertMayWrite(session);
    const { collection, scope } = request;
    const find = session.isPlan ? findScopes : endedScopes;
    const ended = await this.#visit(session, scope, [collection], find);
    for (const one of ended) one.isComplete = true;
    return {};
  }

  async unread(request: Requests['unread']): Promise<Record<string, never>> {
    const session = this.#open(request.session);
    const { collection, element, unread } = request;
    if (element) {
      const { byGuid, byLocator, byName } = await retriedTransaction(this.options.database, (sql) =>
        findTargets(sql, [element]),
      );
      const found = [...byGuid.values(), ...byLocator.values(), ...byName.values()];
      for (const { id } of found) session.unreadElements.add(id);
      if (found.length === 0) session.addUnreadReference(element);
    } else if (collection) session.unreadCollections.add(collection);
    session.addUnread(unread);
    return {};
  }

  async keepAlive(request: Requests['keepAlive']): Promise<Record<string, never>> {
    this.#find(request.session);
    return {};
  }

  /** Asked again until it is done; the commit itself happens once. */
  async commit(request: Requests['commit']): ReturnType<SessionAnswers['commit']> {
    const session = this.#sessions.get(request.session);
    if (!session) return { state: 'done', report: await this.#reportOf(request.session) };
    session.lastMessageMs = this.options.nowMs();
    if (!session.commit) {
      session.commit = this.#commit(session, request.batches);
      // Nobody may be waiting when it fails; whoever asks again starts it anew.
      session.commit.catch(() => undefined);
    }
    const patience = new AbortController();
    try {
      const report = await Promise.race([
        session.commit,
        wait(commitPatienceMs, undefined, { signal: patience.signal }),
      ]);
      return report ? { state: 'done', report } : { state: 'committing' };
    } finally {
      patience.abort();
    }
  }

  async abandon(request: Requests['abandon']): Promise<{ report: RunReport | null }> {
    const session = this.#sessions.get(request.session);
    if (!session) return { report: (await reportOfSession(this.options.database, request.session)) ?? null };
    if (session.commit) return { report: await session.commit };
    this.#sessions.delete(session.id);
    const { error } = request;
    if (!error) return { report: null };
    const report = await session.inTurn(() =>
      failSession(this.options.database, session, fromWireError(error)),
    );
    this.options.notices.runReported(report.connector);
    return { report };
  }

  /** Forgets sessions whose clients are gone; nothing is removed. Called now and then. */
  expire(): void {
    const oldest = this.options.nowMs() - idleMs;
    for (const [id, session] of this.#sessions) {
      if (session.lastMessageMs < oldest && !session.commit) this.#sessions.delete(id);
    }
  }

  async #commit(session: SyncSession, batches: number): Promise<RunReport> {
    try {
      const report = await session.inTurn(() => this.#end(session, batches));
      this.#sessions.delete(session.id);
      this.options.notices.runReported(report.connector);
      return report;
    } catch (error) {
      // Asked for again, it is tried again.
      session.commit = undefined;
      session.lastMessageMs = this.options.nowMs();
      throw error;
    }
  }

  async #end(session: SyncSession, batches: number): Promise<RunReport> {
    const { database, notices, limit } = this.options;
    const earlier = await reportOfSession(database, session.id);
    if (earlier) return earlier;
    if (batches !== session.batches) {
      const counts = `${batches} batches were answered, but ${session.batches} are known here`;
      return failSession(
        database,
        session,
        new SessionLostError(`Session ${session.id} is not whole: ${counts}`),
      );
    }
    const { report, feedPosition } = await limit.run(() => commitSession(database, session));
    if (feedPosition !== null) notices.feedGrew(feedPosition);
    return report;
  }

  async #reportOf(session: string): Promise<RunReport> {
    const report = await reportOfSession(this.options.database, session);
    if (report) return report;
    throw lost(session);
  }

  #find(id: string): SyncSession {
    const session = this.#sessions.get(id);
    if (!session) throw lost(id);
    session.lastMessageMs = this.options.nowMs();
    return session;
  }

  #open(id: string): SyncSession {
    const session = this.#find(id);
    if (session.commit) throw new SessionLostError(`Session ${id} is being committed: it takes nothing more`);
    return session;
  }

  /** By collection. */
  async #scopeIds(
    session: SyncSession,
    { collection: usual, scope, entries }: SessionBatch,
  ): Promise<Map<string, number>> {
    const collections = [...new Set(entries.map(({ collection = usual }) => collection))];
    const visited = await this.#visit(
      session,
      scope,
      collections,
      session.isPlan ? findScopes : filledScopes,
    );
    return new Map(visited.map(({ collection, id }) => [collection, id]));
  }

  /** Those that are not there have no id. */
  async #visit(
    session: SyncSession,
    scope: string,
    collections: readonly string[],
    find: typeof findScopes,
  ): Promise<VisitedScope[]> {
    const unknown = collections.filter((collection) => !session.scopes.get(scopeKey(collection, scope))?.id);
    if (unknown.length > 0) {
      const { connector, shard } = session.begin.fence;
      const name = { connector, shard, sourceId: session.sourceId, scope, collections: unknown };
      session.visit(scope, unknown, await find(this.options.database, name));
    }
    return collections.flatMap((collection) => session.scopes.get(scopeKey(collection, scope)) ?? []);
  }
}

function assertMayWrite({ begin }: SyncSession): void {
  if (begin.synchronization === 'to-third-party') throw notPermitted(begin.fence.connector);
}

function lost(id: string): SessionLostError {
  return new SessionLostError(`The sync session ${id} is not known to this gateway`);
}
