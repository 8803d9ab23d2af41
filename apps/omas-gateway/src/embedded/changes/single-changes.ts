import {
  NotAuthorizedError,
  type Change,
  type ChangeResult,
  type ElementWrite,
  type gatewayMessages,
} from '@idaemon/contracts';
import type { Database, Sql } from '@idaemon/persistence';
import type { z } from 'zod';
import { assertOwner } from '../claims/fence.js';
import { checkState, writeState } from '../connector-state.js';
import { sourceId } from '../metadata-sources.js';
import type { Notices } from '../notices.js';
import { writeTransaction } from '../write/placeholders.js';
import { appendToFeed } from '../write/feed.js';
import type { WorkLimit } from '../work-limit.js';
import type { Ids } from '../write/write-elements.js';
import type { Writer } from '../write/writer.js';
import { refused, type ChangeContext } from './change-context.js';
import { classifyElements, declassifyElements } from './classify-elements.js';
import { pruneElements } from './prune-elements.js';
import { relateAll } from './relate-all.js';
import { relateElements } from './relate-elements.js';
import { removeSingly } from './remove-singly.js';
import { unrelateElements } from './unrelate-elements.js';
import { upsertElements } from './upsert-elements.js';

type ChangeRequest = z.output<(typeof gatewayMessages.change)['request']>;
type Source = ChangeRequest['source'];

/** An element that a person writes again, as its connector would. */
export interface Rewriting {
  connector: string;
  shard: number;
  source: Source;
  collection: string;
  scope: string;
  element: ElementWrite;
  changedBy: string;
}

export interface SingleChangesOptions {
  database: Database;
  ids: Ids;
  notices: Notices;
  limit: WorkLimit;
  nowMs: () => number;
}

/** The size of a source is counted at most this often. */
const sizeKeptMs = 30_000;
/** A person who replays removes nothing, so nothing is guarded. */
const noGuard = { maxPercent: 100, minElements: 0 };

/** Changes outside of sessions: those of a request in one transaction, in their order. */
export class SingleChanges {
  readonly #sizes = new Map<number, { size: number; atMs: number }>();

  constructor(private readonly options: SingleChangesOptions) {}

  async change(request: ChangeRequest): Promise<{ results: ChangeResult[] }> {
    const { fence, source, removal, state } = request;
    const { connector, shard } = fence;
    checkState(fence, state);
    const who = { connector, shard, changedBy: connector, feedConnector: connector };
    const results = await this.#transaction(source, who, removal, async (context) => {
      await assertOwner(context.sql, fence);
      const done = await applyInOrder(context, request);
      await writeState(context.sql, fence, state);
      return done;
    });
    return { results };
  }

  /** Without the fence of the connector: a person asks for it. */
  async rewrite({ connector, shard, source, changedBy, ...upsert }: Rewriting): Promise<ChangeResult> {
    const who = { connector, shard, changedBy, feedConnector: null };
    const [result] = await this.#transaction(source, who, noGuard, (context) =>
      upsertElements(context, [upsert]),
    );
    return result ?? { result: 'unchanged', guid: null };
  }

  async #transaction(
    source: Source,
    who: Omit<Writer, 'source' | 'runId'>,
    guard: ChangeContext['guard'],
    work: (context: ChangeContext) => Promise<ChangeResult[]>,
  ): Promise<ChangeResult[]> {
    const { database, ids, notices, limit } = this.options;
    const write = async (sql: Sql) => {
      const id = await sourceId(sql, source);
      const writer = { ...who, runId: null, source: { id, qualifiedName: source.qualifiedName } };
      const feed: ChangeContext['feed'] = [];
      const sizeOfSource = (within: Sql, of: number) => this.#size(within, of);
      const done = await work({ sql, ids, writer, guard, sizeOfSource, feed });
      return { results: done, position: await appendToFeed(sql, writer, feed) };
    };
    const { results, position } = await limit.run(() => writeTransaction(database, write));
    if (position !== null) notices.feedGrew(position);
    return results;
  }

  async #size(sql: Sql, of: number): Promise<number> {
    const nowMs = this.options.nowMs();
    const known = this.#sizes.get(of);
    if (known && nowMs - known.atMs < sizeKeptMs) return known.size;
    const row = await sql.row<{ size: number }>(
      `select count(*)::int as size from element where scope_id in (select id from sweep_scope where source_id = $1)`,
      [of],
    );
    const size = row?.size ?? 0;
    this.#sizes.set(of, { size, atMs: nowMs });
    return size;
  }
}

/** Neighbours of the same kind are done together. */
async function applyInOrder(context: ChangeContext, request: ChangeRequest): Promise<ChangeResult[]> {
  const results: ChangeResult[] = [];
  for (const group of groups(request.changes)) {
    results.push(...(await apply(context, group, request)));
  }
  return results;
}

/** Changes of one operation that follow each other; an element is upserted once in each. */
function groups(changes: readonly Change[]): Change[][] {
  const all: Change[][] = [];
  let names = new Set<string>();
  for (const change of changes) {
    const group = all.at(-1);
    const name = change.operation === 'upsert' ? change.element.qualifiedName : '';
    if (group?.[0]?.operation === change.operation && !names.has(name)) group.push(change);
    else {
      all.push([change]);
      names = new Set();
    }
    if (name) names.add(name);
  }
  return all;
}

type Of<Operation> = Extract<Change, { operation: Operation }>;

async function apply(
  context: ChangeContext,
  group: readonly Change[],
  { fence, synchronization }: ChangeRequest,
): Promise<ChangeResult[]> {
  const operation = group[0]?.operation;
  const isElement = operation === 'upsert' || operation === 'remove' || operation === 'prune';
  if (isElement && synchronization === 'to-third-party') {
    return group.map(() => refused(notPermitted(fence.connector)));
  }
  switch (operation) {
    case 'upsert':
      return upsertElements(context, group as Of<'upsert'>[]);
    case 'remove':
      return removeSingly(context, group as Of<'remove'>[]);
    case 'relate':
      return relateElements(context, group as Of<'relate'>[]);
    case 'relate-all':
      return relateAll(context, group as Of<'relate-all'>[]);
    case 'prune':
      return pruneElements(context, group as Of<'prune'>[]);
    case 'unrelate':
      return unrelateElements(context, group as Of<'unrelate'>[]);
    case 'classify':
      return classifyElements(context, group as Of<'classify'>[]);
    case 'declassify':
      return declassifyElements(context, group as Of<'declassify'>[]);
    case undefined:
      return [];
  }
}

export function notPermitted(connector: string): NotAuthorizedError {
  return new NotAuthorizedError(
    `The connector ${connector} may not write elements: its synchronization is to-third-party`,
    { action: 'Set synchronization to from-third-party or both-directions if it shall catalogue.' },
  );
}
