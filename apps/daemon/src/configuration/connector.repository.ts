import { Inject, Injectable } from '@nestjs/common';
import type { ConnectorConfiguration, ServiceName, WantedState } from '@idaemon/contracts';
import { Database, type Sql } from '@idaemon/persistence';
import { pageOf, readCursor } from '../rest/cursor.js';

export interface StoredConnector {
  configuration: ConnectorConfiguration;
  revision: number;
  wanted: WantedState;
  createdAt: string;
  updatedAt: string;
  updatedBy: string;
}

export interface ConnectorFilter {
  service?: ServiceName;
  connector?: string;
  gateway?: string;
  wanted?: WantedState;
  group?: string;
  /** Text in name or description. */
  q?: string;
  /** Only these; an empty list is an empty answer. */
  names?: readonly string[];
}

@Injectable()
export class ConnectorRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  async find(name: string, sql: Sql = this.database): Promise<StoredConnector | undefined> {
    const row = await sql.row<ConnectorRow>(`select ${columns} from connector c where name = $1`, [name]);
    return row && storedOf(row);
  }

  /** Locks the row until the transaction ends. */
  async findForChange(sql: Sql, name: string): Promise<StoredConnector | undefined> {
    const row = await sql.row<ConnectorRow>(`select ${columns} from connector c where name = $1 for update`, [
      name,
    ]);
    return row && storedOf(row);
  }

  /** By name. */
  async list(filter: ConnectorFilter, page: { pageSize: number; cursor?: string }) {
    const { service, connector, gateway, wanted, group, q, names } = filter;
    const parameters = [service, connector, gateway, wanted, group, q && likePattern(q), names].map(
      (value) => value ?? null,
    );
    const after = page.cursor === undefined ? null : String(readCursor(page.cursor, 1)[0]);
    const [rows, total] = await Promise.all([
      this.database.rows<ConnectorRow>(
        `select ${columns} from connector c where ${condition} and ($8::text is null or c.name > $8)
          order by c.name limit $9`,
        [...parameters, after, page.pageSize + 1],
      ),
      this.database.row<{ count: number }>(
        `select count(*)::int as count from connector c where ${condition}`,
        parameters,
      ),
    ]);
    return pageOf(rows, page.pageSize, total?.count ?? 0, storedOf, ({ configuration }) => [
      configuration.name,
    ]);
  }

  /** Of a name that is not taken. */
  async insert(
    sql: Sql,
    configuration: ConnectorConfiguration,
    revision: number,
    who: string,
  ): Promise<StoredConnector> {
    const { name, service, connector, gateway, initialState } = configuration;
    const row = await sql.row<ConnectorRow>(
      `insert into connector as c (name, service, definition, gateway, revision, document, wanted_state, updated_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${columns}`,
      [name, service, connector, gateway, revision, JSON.stringify(configuration), initialState, who],
    );
    return writtenOf(name, row);
  }

  /** Of one that was found for change. */
  async update(
    sql: Sql,
    configuration: ConnectorConfiguration,
    revision: number,
    who: string,
  ): Promise<StoredConnector> {
    const { name, service, connector, gateway } = configuration;
    const row = await sql.row<ConnectorRow>(
      `update connector c set service = $2, definition = $3, gateway = $4, revision = $5, document = $6,
         updated_by = $7, updated_at = now() where name = $1 returning ${columns}`,
      [name, service, connector, gateway, revision, JSON.stringify(configuration), who],
    );
    return writtenOf(name, row);
  }

  async want(sql: Sql, name: string, wanted: WantedState): Promise<void> {
    await sql.rows('update connector set wanted_state = $2, wanted_since = now() where name = $1', [
      name,
      wanted,
    ]);
  }

  async restart(sql: Sql, name: string): Promise<void> {
    await sql.rows('update connector set restarts = restarts + 1 where name = $1', [name]);
  }

  /** Deletes it and leaves the rest to ConnectorRemovals. */
  async delete(
    sql: Sql,
    { configuration: { name, gateway } }: StoredConnector,
    { elements, runId, who }: { elements: 'keep' | 'remove'; runId: string | null; who: string },
  ): Promise<void> {
    await sql.rows('delete from connector where name = $1', [name]);
    await sql.rows(
      `insert into connector_removal (name, gateway, elements, run_id, requested_by) values ($1, $2, $3, $4, $5)`,
      [name, gateway, elements, runId, who],
    );
  }

  /** Where the elements of a connector are that was deleted: undefined when there was none, or it is long forgotten. */
  async gatewayOfDeleted(sql: Sql, name: string): Promise<string | undefined> {
    const row = await sql.row<{ gateway: string }>(
      `select document->>'gateway' as gateway from document_revision
       where kind = 'connector' and name = $1 and change = 'deleted' order by revision desc limit 1`,
      [name],
    );
    return row?.gateway;
  }

  /** Of a deleted connector whose elements were to be kept; ConnectorRemovals does it. */
  async removeElements(
    sql: Sql,
    removal: { name: string; gateway: string; runId: string; who: string },
  ): Promise<void> {
    const { name, gateway, runId, who } = removal;
    await sql.rows(
      `insert into connector_removal (name, gateway, elements, run_id, requested_by) values ($1, $2, 'remove', $3, $4)
       on conflict (name) do update set elements = 'remove', run_id = $3, requested_by = $4, attempts = 0,
         next_try_at = now()`,
      [name, gateway, runId, who],
    );
  }

  /**
   * A name that is used again needs no tidying up when its elements were to be kept: the new connector goes on with
   * them. True when elements are still being removed.
   */
  async endPendingRemoval(sql: Sql, name: string): Promise<boolean> {
    const pending = await sql.row(
      `with kept as (delete from connector_removal where name = $1 and elements = 'keep')
       select from connector_removal where name = $1 and elements = 'remove'`,
      [name],
    );
    return pending !== undefined;
  }
}

interface ConnectorRow {
  configuration: ConnectorConfiguration;
  revision: number;
  wanted: WantedState;
  createdAt: Date;
  updatedAt: Date;
  updatedBy: string;
}
const columns = `c.document as configuration, c.revision, c.wanted_state as wanted, c.created_at as "createdAt",
  c.updated_at as "updatedAt", c.updated_by as "updatedBy"`;

const condition = `($1::text is null or c.service = $1) and ($2::text is null or c.definition = $2)
  and ($3::text is null or c.gateway = $3) and ($4::text is null or c.wanted_state = $4)
  and ($5::text is null or exists (
    select 1 from connector_group_member m where m.connector = c.name and m.group_name = $5))
  and ($6::text is null or c.name like $6 or c.document->>'description' ilike $6)
  and ($7::text[] is null or c.name = any ($7))`;

function likePattern(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
}

function writtenOf(name: string, row: ConnectorRow | undefined): StoredConnector {
  if (!row) throw new Error(`The connector ${name} was not stored`);
  return storedOf(row);
}

function storedOf({ createdAt, updatedAt, ...row }: ConnectorRow): StoredConnector {
  return { ...row, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
