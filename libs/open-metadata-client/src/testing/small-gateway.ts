import { randomUUID } from 'node:crypto';
import {
  ConflictError,
  gatewayMessages,
  metadataMessages,
  noCounts,
  OwnershipLostError,
  SessionLostError,
  sessionMessages,
  type Change,
  type RunCounts,
  type RunReport,
} from '@idaemon/contracts';
import type { Messaging } from '@idaemon/messaging';

interface Session {
  numbers: Map<number, { needed: number[]; counts: RunCounts }>;
  counts: RunCounts;
  completed: string[];
  unread: string[];
  commits: number;
}

/** Just enough of a gateway to answer a client: hashes by name, sessions in memory. */
export class SmallGateway {
  readonly name = `test-${randomUUID().slice(0, 8)}`;
  readonly replica = `r-${randomUUID().slice(0, 8)}`;
  readonly hashes = new Map<string, string>();
  readonly sessions = new Map<string, Session>();
  readonly changes: Change[] = [];
  readonly state = new Map<string, unknown>();
  abandoned: string[] = [];
  keptAlive = 0;
  /** How often each batch was handled, whether it was new or repeated. */
  handled = 0;
  newestEpoch = 1;
  /** Thrown once by the next batch. */
  failNext: Error | undefined;
  /** Called with each batch, e.g. to break something in its middle. */
  onBatch: (number: number) => void = () => undefined;
  commitRounds = 1;

  answer(messaging: Messaging): void {
    const at = { gateway: this.name, replica: this.replica };
    messaging.respond(gatewayMessages.claim, at, async ({ epoch }) => {
      if (epoch < this.newestEpoch) {
        throw new OwnershipLostError('A newer claim exists', { epoch: this.newestEpoch });
      }
      this.newestEpoch = epoch;
      return { epoch };
    });
    messaging.respond(gatewayMessages.begin, at, async () => {
      const session = randomUUID();
      const counts = { ...noCounts };
      this.sessions.set(session, { numbers: new Map(), counts, completed: [], unread: [], commits: 0 });
      return { session, replica: this.replica };
    });
    this.#answerSession(messaging, at);
    this.#answerRest(messaging, at);
  }

  #answerSession(messaging: Messaging, at: { gateway: string; replica: string }): void {
    messaging.respond(sessionMessages.batch, at, async ({ session, number, entries }) => {
      this.onBatch(number);
      this.handled += 1;
      const failure = this.failNext;
      this.failNext = undefined;
      if (failure) throw failure;
      const { numbers, counts } = this.#session(session);
      const known = numbers.get(number);
      if (known) return known;
      const needed = entries.flatMap(({ qualifiedName, hash, element }, index) => {
        const before = this.hashes.get(qualifiedName);
        if (before !== hash && !element) return [index];
        counts[before === hash ? 'unchanged' : before ? 'updated' : 'created'] += 1;
        this.hashes.set(qualifiedName, hash);
        return [];
      });
      const reply = { needed, counts: { ...counts } };
      numbers.set(number, reply);
      return reply;
    });
    messaging.respond(sessionMessages.complete, at, async ({ session, collection, scope }) => {
      this.#session(session).completed.push(`${collection}:${scope}`);
      return {};
    });
    messaging.respond(sessionMessages.unread, at, async ({ session, unread }) => {
      this.#session(session).unread.push(unread.what);
      return {};
    });
    messaging.respond(sessionMessages.keepAlive, at, async ({ session }) => {
      this.#session(session);
      this.keptAlive += 1;
      return {};
    });
    messaging.respond(sessionMessages.commit, at, async ({ session, batches }) => {
      const found = this.#session(session);
      if (batches !== found.numbers.size) throw new SessionLostError('The number of batches is wrong');
      found.commits += 1;
      if (found.commits < this.commitRounds) return { state: 'committing' as const };
      return { state: 'done' as const, report: reportOf(found.counts) };
    });
    messaging.respond(sessionMessages.abandon, at, async ({ session, error }) => {
      this.abandoned.push(error?.message ?? 'without an error');
      this.sessions.delete(session);
      return { report: error ? { ...reportOf(noCounts), outcome: 'failed' as const, error } : null };
    });
  }

  #answerRest(messaging: Messaging, at: { gateway: string }): void {
    messaging.respond(gatewayMessages.change, at, async ({ changes }) => {
      this.changes.push(...changes);
      return {
        results: changes.map((change) =>
          change.operation === 'remove'
            ? {
                result: 'refused' as const,
                error: { code: 'conflict' as const, message: 'Not yours', action: 'Look.' },
              }
            : { result: 'created' as const, guid: randomUUID() },
        ),
      };
    });
    messaging.respond(metadataMessages.elements, at, async ({ cursor = '0', pageSize }) => {
      const start = Number(cursor);
      const names = [...this.hashes.keys()].slice(start, start + pageSize);
      const next = start + names.length < this.hashes.size ? String(start + names.length) : null;
      return { items: names.map(elementOf), total: this.hashes.size, next };
    });
    messaging.respond(metadataMessages.resolve, at, async ({ element: { qualifiedName = '' } }) => ({
      element: this.hashes.has(qualifiedName) ? elementOf(qualifiedName) : null,
    }));
    messaging.respond(gatewayMessages.getState, at, async ({ key }) => ({
      value: (this.state.get(key) ?? null) as null,
    }));
    messaging.respond(gatewayMessages.putState, at, async ({ key, value }) => {
      if (key === 'refused') throw new ConflictError('Not this key');
      this.state.set(key, value);
      return {};
    });
  }

  #session(id: string): Session {
    const session = this.sessions.get(id);
    if (!session) throw new SessionLostError('The session is not known');
    return session;
  }
}

function elementOf(qualifiedName: string) {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    guid: randomUUID(),
    type: 'DataFile',
    qualifiedName,
    displayName: qualifiedName,
    properties: {},
    classifications: [],
    source: 'landing',
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
}

function reportOf(counts: RunCounts): RunReport {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    id: randomUUID(),
    connector: 'landing',
    shard: 0,
    epoch: 1,
    mode: 'refresh',
    trigger: 'start',
    outcome: 'succeeded',
    startedAt: at,
    endedAt: at,
    counts,
    heldRemovals: 0,
    unread: [],
    unreadCount: 0,
  };
}
