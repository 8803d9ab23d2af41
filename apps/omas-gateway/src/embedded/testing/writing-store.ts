/** For specs of the writing side: a store of one's own, driven as integrators drive it. */
import { randomUUID } from 'node:crypto';
import {
  contentHash,
  type Change,
  type ChangeResult,
  type ElementWrite,
  type Fence,
  type RunReport,
  type SessionBegin,
} from '@idaemon/contracts';
import { Database } from '@idaemon/persistence';
import { freshDatabase } from '../../../../../tools/launcher/testing.mjs';
import { embeddedWriter, type EmbeddedWriter } from '../embedded-writer.js';
import { migrations } from '../migrations/index.js';

export interface RefreshOptions {
  connector?: string;
  shard?: number;
  source?: string;
  collection?: string;
  scope?: string;
  mode?: SessionBegin['mode'];
  approves?: string;
  removal?: SessionBegin['removal'];
  synchronization?: SessionBegin['synchronization'];
  batchSize?: number;
  /** Sends contents at once instead of hashes first. */
  isUnprobed?: boolean;
}

/** A session, as the client of an integrator has it. */
export class OpenSession {
  #number = 0;

  constructor(
    readonly store: WritingStore,
    readonly id: string,
    readonly runId: string,
    readonly options: RefreshOptions,
    readonly isFirst?: boolean,
  ) {}

  async write(elements: readonly ElementWrite[], options: RefreshOptions = {}): Promise<void> {
    const { batchSize = 100, isUnprobed } = { ...this.options, ...options };
    for (let from = 0; from < elements.length; from += batchSize) {
      const batch = elements.slice(from, from + batchSize);
      const needed = isUnprobed
        ? batch.map((_, index) => index)
        : (await this.send(batch, false, options)).needed;
      const contents = batch.filter((_, index) => needed.includes(index));
      if (contents.length > 0) await this.send(contents, true, options);
    }
  }

  async send(elements: readonly ElementWrite[], isWhole: boolean, options: RefreshOptions = {}) {
    const { collection = 'dataFiles', scope = '' } = { ...this.options, ...options };
    return this.store.writer.batch({
      session: this.id,
      number: this.#number++,
      collection,
      scope,
      entries: elements.map((element) => ({
        qualifiedName: element.qualifiedName,
        hash: contentHash(element),
        ...(isWhole ? { element } : {}),
      })),
    });
  }

  async complete(options: RefreshOptions = {}): Promise<void> {
    const { collection = 'dataFiles', scope = '' } = { ...this.options, ...options };
    await this.store.writer.complete({ session: this.id, collection, scope });
  }

  async commit(batches = this.#number): Promise<RunReport> {
    for (;;) {
      const reply = await this.store.writer.commit({ session: this.id, batches });
      if (reply.state === 'done') return reply.report as RunReport;
    }
  }
}

export class WritingStore {
  readonly feed: number[] = [];
  nowMs = Date.now();
  #epochs = new Map<string, number>();

  private constructor(
    readonly database: Database,
    readonly url: string,
    private readonly drop: () => Promise<void>,
  ) {
    this.writer = this.newWriter();
  }

  writer: EmbeddedWriter;

  static async open(): Promise<WritingStore> {
    const { url, drop } = await freshDatabase();
    const database = await Database.open(
      { url, schema: 'open_metadata', migrations, applicationName: 'spec' },
      new AbortController().signal,
    );
    return new WritingStore(database, url, drop);
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.drop();
  }

  /** As new, but faster than a new database. */
  async clear(): Promise<void> {
    const tables =
      'element, element_history, relationship, classification, locator, sweep_scope, dead_letter, recent_removal';
    await this.database.rows(`truncate ${tables}`);
  }

  /** Another replica on the same database. */
  newWriter(maxSessions = 8): EmbeddedWriter {
    return embeddedWriter({
      database: this.database,
      notices: { feedGrew: (position) => this.feed.push(position), runReported: () => undefined },
      replica: 'replica-1',
      maxSessions,
      limit: { run: (work) => work() },
      nowMs: () => this.nowMs,
    });
  }

  async fence(connector = 'landing-zone', shard = 0): Promise<Fence> {
    const epoch = this.#epochs.get(`${connector}/${shard}`) ?? (await this.claim(connector, shard));
    return { connector, shard, epoch };
  }

  /** Takes the connector over with a new epoch. */
  async claim(connector = 'landing-zone', shard = 0): Promise<number> {
    const key = `${connector}/${shard}`;
    const epoch = (this.#epochs.get(key) ?? 0) + 1;
    this.#epochs.set(key, epoch);
    await this.writer.claim({ connector, shard, epoch, instanceId: `instance-${epoch}` });
    return epoch;
  }

  async begin(options: RefreshOptions = {}): Promise<OpenSession> {
    const { connector = 'landing-zone', source = connector } = options;
    const runId = randomUUID();
    const { session, isFirst } = await this.writer.begin({
      fence: await this.fence(connector, options.shard),
      runId,
      mode: options.mode ?? 'refresh',
      trigger: 'request',
      startedAt: new Date().toISOString(),
      service: 'files-integrator',
      source: { qualifiedName: source, displayName: source },
      synchronization: options.synchronization ?? 'from-third-party',
      removal: options.removal ?? { maxPercent: 5, minElements: 10 },
      ...(options.approves ? { approves: options.approves } : {}),
    });
    return new OpenSession(this, session, runId, options, isFirst);
  }

  /** A whole refresh of one scope. */
  async refresh(elements: readonly ElementWrite[], options: RefreshOptions = {}): Promise<RunReport> {
    const session = await this.begin(options);
    await session.write(elements);
    await session.complete();
    return session.commit();
  }

  async change(changes: Change[], options: RefreshOptions = {}): Promise<ChangeResult[]> {
    const { connector = 'landing-zone', source = connector } = options;
    const { results } = await this.writer.change({
      fence: await this.fence(connector, options.shard),
      service: 'files-integrator',
      source: { qualifiedName: source, displayName: source },
      synchronization: options.synchronization ?? 'from-third-party',
      removal: options.removal ?? { maxPercent: 5, minElements: 10 },
      changes,
    });
    return results;
  }

  /** Real elements by name, with what a reader would see of them. */
  async elements(): Promise<Record<string, StoredRow>> {
    const rows = await this.database.rows<StoredRow>(
      `select e.qualified_name as name, e.guid, e.type, e.version, e.properties, e.source_key, p.qualified_name as parent
       from element e left join element p on p.id = e.parent_id where not e.is_placeholder order by 1`,
    );
    return Object.fromEntries(rows.map((row) => [row.name, row]));
  }

  async names(): Promise<string[]> {
    return Object.keys(await this.elements());
  }

  async placeholders(): Promise<string[]> {
    const rows = await this.database.rows<{ name: string }>(
      'select qualified_name as name from element where is_placeholder order by 1',
    );
    return rows.map(({ name }) => name);
  }

  /** `type: end 1 → end 2` of each relationship. */
  async relationships(): Promise<string[]> {
    const rows = await this.database.rows<{ text: string }>(
      `select l.type || ': ' || coalesce(a.qualified_name, '?') || ' → ' || coalesce(b.qualified_name, '?') as text
       from relationship l left join element a on a.id = l.end1_id left join element b on b.id = l.end2_id order by 1`,
    );
    return rows.map(({ text }) => text);
  }

  async feedKinds(): Promise<string[]> {
    const rows = await this.database.rows<{ text: string }>(
      `select kind || ' ' || qualified_name as text from change_feed order by position`,
    );
    return rows.map(({ text }) => text);
  }

  async count(table: string): Promise<number> {
    const row = await this.database.row<{ count: number }>(`select count(*)::int as count from ${table}`);
    return row?.count ?? 0;
  }
}

export interface StoredRow {
  name: string;
  guid: string;
  type: string;
  version: number;
  properties: Record<string, unknown>;
  source_key: string | null;
  parent: string | null;
}

export function file(name: string, more: Partial<ElementWrite> = {}): ElementWrite {
  return { type: 'CSVFile', qualifiedName: name, properties: { name }, ...more };
}

export function folder(name: string, more: Partial<ElementWrite> = {}): ElementWrite {
  return { type: 'FileFolder', qualifiedName: name, properties: { name }, ...more };
}

/** The relationship of a file to its folder. */
export function inFolder(name: string): Pick<ElementWrite, 'relationships'> {
  const other = { type: 'FileFolder', qualifiedName: name };
  return { relationships: [{ type: 'NestedFile', otherEnd: 1, other, isParent: true }] };
}

export function underFolder(name: string): Pick<ElementWrite, 'relationships'> {
  const other = { type: 'FileFolder', qualifiedName: name };
  return { relationships: [{ type: 'FolderHierarchy', otherEnd: 1, other, isParent: true }] };
}
