import {
  BusyError,
  maxBatchesInFlight,
  noCounts,
  SessionLostError,
  type Reference,
  type RunCounts,
  type RunReport,
  type SessionBegin,
  type SessionBatchReply,
  type Unread,
} from '@idaemon/contracts';
import type { z } from 'zod';
import type { SessionMemory, Writer } from '../write/writer.js';
import { SeenSet } from './seen-set.js';

type Reply = z.output<typeof SessionBatchReply>;

/** A part of a collection that this session has visited. */
export interface VisitedScope {
  /** 0 as long as nothing is stored in it. */
  id: number;
  readonly collection: string;
  readonly scope: string;
  isComplete: boolean;
}

/** More than can be asked for again: a client has two batches under way. */
const rememberedReplies = 16;
const reportedUnread = 100;
const rememberedReferences = 10_000;

/**
 * What a session has seen and how far it is: in the memory of the replica that owns it, and nowhere else. It lives
 * and dies as one, so a session can never sweep with half of what it has seen.
 */
export class SyncSession implements SessionMemory {
  readonly seen = new SeenSet();
  readonly scopes = new Map<string, VisitedScope>();
  readonly unread: Unread[] = [];
  readonly unreadElements = new SeenSet();
  /** Of what is not known here yet; looked up again at the commit. */
  readonly unreadReferences: Reference[] = [];
  readonly unreadCollections = new Set<string>();
  unreadCount = 0;
  counts: RunCounts = { ...noCounts };
  hasReplacedKeys = false;
  hasCrowdedEnds = false;
  /** There may be dead letters of this connector that a success makes obsolete. */
  hasDeadLetters: boolean;
  /** No refresh of the connector has stored anything before. */
  readonly isFirst: boolean;
  commit: Promise<RunReport> | undefined;
  lastMessageMs: number;

  readonly #replies = new Map<number, Promise<Reply>>();
  readonly #answered = new SeenSet();
  #underWay = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly id: string,
    readonly begin: SessionBegin,
    readonly sourceId: number,
    readonly begunAt: Date,
    options: { hasDeadLetters: boolean; isFirst: boolean; nowMs: number },
  ) {
    this.hasDeadLetters = options.hasDeadLetters;
    this.isFirst = options.isFirst;
    this.lastMessageMs = options.nowMs;
  }

  get writer(): Writer {
    const { fence, runId, source } = this.begin;
    return {
      connector: fence.connector,
      shard: fence.shard,
      source: { id: this.sourceId, qualifiedName: source.qualifiedName },
      runId,
      changedBy: fence.connector,
      feedConnector: fence.connector,
      session: this,
    };
  }

  get isPlan(): boolean {
    return this.begin.mode === 'plan';
  }

  /** Everything that the connector has visited was read to its end. */
  get isWhole(): boolean {
    const scopes = [...this.scopes.values()];
    return scopes.length > 0 && scopes.every(({ isComplete }) => isComplete) && this.unreadCount === 0;
  }

  /** Keeps the ids of scopes, as far as they have one. */
  visit(scope: string, collections: readonly string[], ids: ReadonlyMap<string, number>): void {
    for (const collection of collections) {
      const key = scopeKey(collection, scope);
      const visited = this.scopes.get(key) ?? { id: 0, collection, scope, isComplete: false };
      visited.id = ids.get(collection) ?? visited.id;
      this.scopes.set(key, visited);
    }
  }

  /** How many batches were answered. */
  get batches(): number {
    return this.#answered.size;
  }

  isSeen(elementId: number): boolean {
    return this.seen.has(elementId);
  }

  /** The answer to a batch of this number; the work is done once, again only after it has failed. */
  async answerOnce(number: number, work: () => Promise<Reply>): Promise<Reply> {
    const earlier = this.#replies.get(number);
    if (earlier) return earlier;
    if (this.#answered.has(number)) {
      throw new SessionLostError(`Batch ${number} of session ${this.id} was answered long ago`);
    }
    if (this.#underWay >= maxBatchesInFlight) {
      const message = `Session ${this.id} has ${maxBatchesInFlight} batches under way already`;
      throw new BusyError(message, { retryAfterMs: 250 });
    }
    this.#underWay += 1;
    const reply = work();
    this.#replies.set(number, reply);
    try {
      const answer = await reply;
      this.#answered.add(number);
      this.#replies.delete(number - rememberedReplies);
      return answer;
    } catch (error) {
      this.#replies.delete(number);
      throw error;
    } finally {
      this.#underWay -= 1;
    }
  }

  /** One after the other: what a batch has written is there for the next one, and none runs into a commit. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** So much was unread that it cannot be told apart any more: nothing is removed. */
  get isMostlyUnread(): boolean {
    return this.unreadReferences.length >= rememberedReferences;
  }

  addUnread(unread: Unread): void {
    this.unreadCount += 1;
    if (this.unread.length < reportedUnread) this.unread.push(unread);
  }

  addUnreadReference(reference: Reference): void {
    if (!this.isMostlyUnread) this.unreadReferences.push(reference);
  }
}

export function scopeKey(collection: string, scope: string): string {
  return `${collection}\n${scope}`;
}
