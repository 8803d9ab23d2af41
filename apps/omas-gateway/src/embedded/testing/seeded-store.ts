/** For specs of the reading side: a store of one's own with rows as the writing side leaves them. */
import { randomUUID } from 'node:crypto';
import type { Properties } from '@idaemon/contracts';
import { Database } from '@idaemon/persistence';
import { freshDatabase } from '../../../../../tools/launcher/testing.mjs';
import { migrations } from '../migrations/index.js';

export interface SeededElement {
  name: string;
  type?: string;
  displayName?: string;
  properties?: Properties;
  /** Null: a placeholder. */
  source?: string | null;
  effectiveFrom?: string;
  effectiveTo?: string;
}

export class SeededStore {
  private constructor(
    readonly database: Database,
    readonly url: string,
    private readonly drop: () => Promise<void>,
  ) {}

  static async open(): Promise<SeededStore> {
    const { url, drop } = await freshDatabase();
    const database = await Database.open(
      { url, schema: 'open_metadata', migrations, applicationName: 'spec' },
      new AbortController().signal,
    );
    return new SeededStore(database, url, drop);
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.drop();
  }

  /** Adds elements with a row of the feed each, and gives their GUIDs by name. */
  async elements(...elements: SeededElement[]): Promise<Record<string, string>> {
    const guids: Record<string, string> = {};
    for (const element of elements) guids[element.name] = await this.#element(element);
    return guids;
  }

  async #element(element: SeededElement): Promise<string> {
    const { name, type = 'CSVFile', displayName = name, properties = {}, source = 'landing-zone' } = element;
    const guid = randomUUID();
    await this.database.rows(
      `insert into element (created_at, updated_at, effective_from, effective_to, guid, source_id, scope_id, version,
         is_placeholder, type, qualified_name, display_name, content_hash, changed_by, properties)
       values (now(), now(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'x', 'spec', $11)`,
      [
        element.effectiveFrom ?? null,
        element.effectiveTo ?? null,
        guid,
        source === null ? null : await this.#sourceId(source),
        source === null ? null : await this.#scopeId(source),
        source === null ? 0 : 1,
        source === null,
        type,
        name,
        displayName,
        JSON.stringify(properties),
      ],
    );
    await this.change(guid, 'created');
    return guid;
  }

  /** Relates two elements of these names. */
  async relate(type: string, end1: string, end2: string, properties: Properties = {}): Promise<void> {
    await this.database.rows(
      `insert into relationship (end1_id, end2_id, created_at, updated_at, guid, source_id, type, changed_by, properties)
       select a.id, b.id, now(), now(), $1, $2, $3, 'spec', $4 from element a, element b
       where a.qualified_name = $5 and b.qualified_name = $6`,
      [randomUUID(), await this.#sourceId('landing-zone'), type, JSON.stringify(properties), end1, end2],
    );
  }

  /** Appends to the feed what is known of the element now. */
  async change(guid: string, kind: 'created' | 'updated' | 'removed', at = new Date()): Promise<void> {
    await this.database.rows(
      `with head as (update feed_head set position = position + 1 returning position)
       insert into change_feed (position, at, guid, source_id, kind, type, qualified_name, connector)
       select position, $3, e.guid, e.source_id, $2, e.type, e.qualified_name, 'spec' from head, element e
       where e.guid = $1`,
      [guid, kind, at],
    );
  }

  /** Supersedes the version of an element. */
  async update(guid: string, properties: Properties, displayName?: string): Promise<void> {
    await this.database.rows(
      `insert into element_history (element_id, valid_from, valid_to, guid, version, is_creation, is_removal, type,
         qualified_name, changed_by, ended_by, properties)
       select id, updated_at, now(), guid, version, version = 1, false, type, qualified_name, changed_by, 'spec', properties
       from element where guid = $1`,
      [guid],
    );
    await this.database.rows(
      `update element set properties = $2, display_name = coalesce($3, display_name), version = version + 1,
         updated_at = now() where guid = $1`,
      [guid, JSON.stringify(properties), displayName ?? null],
    );
    await this.change(guid, 'updated');
  }

  /** Removes an element; its last version stays in the history. */
  async remove(guid: string, at = new Date()): Promise<void> {
    await this.change(guid, 'removed', at);
    await this.database.rows(
      `with gone as (delete from element where guid = $1 returning *)
       insert into element_history (element_id, valid_from, valid_to, guid, version, is_creation, is_removal, type,
         qualified_name, changed_by, ended_by, properties)
       select id, updated_at, $2, guid, version, version = 1, true, type, qualified_name, changed_by, 'spec', properties
       from gone`,
      [guid, at],
    );
  }

  /** Removes an element to which others still refer. */
  async demote(guid: string): Promise<void> {
    await this.change(guid, 'removed');
    await this.database.rows(
      `insert into element_history (element_id, valid_from, valid_to, guid, version, is_creation, is_removal, type,
         qualified_name, changed_by, ended_by, properties)
       select id, updated_at, now(), guid, version, version = 1, true, type, qualified_name, changed_by, 'spec', properties
       from element where guid = $1`,
      [guid],
    );
    await this.database.rows(
      `update element set is_placeholder = true, source_id = null, scope_id = null, properties = '{}' where guid = $1`,
      [guid],
    );
  }

  async #sourceId(source: string): Promise<number> {
    const row = await this.database.row<{ id: number }>(
      `insert into metadata_source (qualified_name, display_name) values ($1, $1)
       on conflict (qualified_name) do update set display_name = excluded.display_name returning id`,
      [source],
    );
    return row?.id ?? 0;
  }

  async #scopeId(source: string): Promise<number> {
    const row = await this.database.row<{ id: number }>(
      `insert into sweep_scope (connector, shard, source_id, collection, scope) values ($1, 0, $2, 'dataFiles', '/')
       on conflict (connector, shard, source_id, collection, scope) do update set is_synced = true returning id`,
      [source, await this.#sourceId(source)],
    );
    return row?.id ?? 0;
  }
}
