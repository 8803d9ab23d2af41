import { Inject, Injectable } from '@nestjs/common';
import type { ServiceName } from '@idaemon/contracts';
import { Database, type Sql } from '@idaemon/persistence';
import type { Principal } from '../access/role.js';
import { recordAudit, type AuditEntry } from '../audit/audit.repository.js';
import type { Kept } from './connector-bean.js';

/** Of a service or group: the metadata access server that was named for it. */
export interface KeptClient {
  omagserverPlatformRootURL?: string;
  omagserverName?: string;
}

export interface KeptService extends KeptClient {
  isDisabled?: boolean;
}

/** What describes the server; nothing of it changes what the daemon does. */
export interface KeptServer {
  localServerType?: string;
  localServerDescription?: string;
  organizationName?: string;
  localServerURL?: string;
  localServerUserId?: string;
  maxPageSize?: number;
}

/** Null clears a value. */
export type ServerChange = { [Key in keyof KeptServer]: KeptServer[Key] | null };

export interface KeptGroup extends KeptClient {
  name: string;
  qualifiedName: string;
}

/** What came by Egeria's interface and is in no document of ours. */
@Injectable()
export class EgeriaRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** By our names, of the connectors that were configured by Egeria's interface. */
  async connectors(): Promise<Map<string, Kept>> {
    const rows = await this.database.rows<{ connector: string; kept: Kept }>(
      'select connector, kept from egeria_connector',
    );
    return new Map(rows.map(({ connector, kept }) => [connector, kept]));
  }

  /** Our name of a connector that Egeria's tools name; its own name is one, too. */
  async connectorNamed(name: string): Promise<string | undefined> {
    const row = await this.database.row<{ name: string }>(
      `select c.name from connector c left join egeria_connector e on e.connector = c.name
        where e.connector_name = $1 or c.name = $1
        order by e.connector_name = $1 desc nulls last limit 1`,
      [name],
    );
    return row?.name;
  }

  async keepConnector(connector: string, kept: Kept): Promise<void> {
    await this.database.rows(
      `insert into egeria_connector (connector, connector_name, kept) values ($1, $2, $3)
       on conflict (connector) do update set connector_name = $2, kept = $3`,
      [connector, kept.connectorName, JSON.stringify(kept)],
    );
  }

  /** By our names. */
  async groups(): Promise<Map<string, KeptGroup>> {
    const rows = await this.database.rows<{ name: string; qualified_name: string; kept: KeptClient }>(
      'select group_name as name, qualified_name, kept from egeria_group',
    );
    return new Map(
      rows.map(({ name, qualified_name, kept }) => [name, { ...kept, name, qualifiedName: qualified_name }]),
    );
  }

  async keepGroup({ name, qualifiedName, ...kept }: KeptGroup): Promise<void> {
    await this.database.rows(
      `insert into egeria_group (group_name, qualified_name, kept) values ($1, $2, $3)
       on conflict (group_name) do update set qualified_name = $2, kept = $3`,
      [name, qualifiedName, JSON.stringify(kept)],
    );
  }

  async services(): Promise<Map<ServiceName, KeptService>> {
    const rows = await this.database.rows<{ name: ServiceName; kept: KeptService }>(
      `select name, kept from egeria_setting where name <> 'server'`,
    );
    return new Map(rows.map(({ name, kept }) => [name, kept]));
  }

  async keepService(service: ServiceName, kept: KeptService, principal: Principal): Promise<void> {
    await this.#change({ kind: 'service', name: service, action: 'update' }, principal, (sql) =>
      sql.row(
        `insert into egeria_setting (name, kept) values ($1, $2)
         on conflict (name) do update set kept = $2 where egeria_setting.kept <> $2 returning name`,
        [service, JSON.stringify(kept)],
      ),
    );
  }

  async forgetService(service: ServiceName, principal: Principal): Promise<void> {
    await this.#change({ kind: 'service', name: service, action: 'delete' }, principal, (sql) =>
      sql.row('delete from egeria_setting where name = $1 returning name', [service]),
    );
  }

  async server(): Promise<KeptServer> {
    const row = await this.database.row<{ kept: KeptServer }>(
      `select kept from egeria_setting where name = 'server'`,
    );
    return row?.kept ?? {};
  }

  /** Changes these; null clears one. */
  async changeServer(change: ServerChange, name: string, principal: Principal): Promise<void> {
    const detail = { changed: Object.keys(change).sort() };
    await this.#change({ kind: 'server', name, action: 'update', detail }, principal, (sql) =>
      sql.row(
        `insert into egeria_setting (name, kept) values ('server', jsonb_strip_nulls($1::jsonb))
         on conflict (name) do update set kept = jsonb_strip_nulls(egeria_setting.kept || $1::jsonb)
           where egeria_setting.kept <> jsonb_strip_nulls(egeria_setting.kept || $1::jsonb) returning name`,
        [JSON.stringify(change)],
      ),
    );
  }

  async forgetServer(name: string, principal: Principal): Promise<void> {
    await this.#change({ kind: 'server', name, action: 'delete' }, principal, (sql) =>
      sql.row(`delete from egeria_setting where name = 'server' returning name`),
    );
  }

  /** With an audit entry, if anything was changed. */
  async #change(
    entry: Omit<AuditEntry, 'who'>,
    { name: who }: Principal,
    work: (sql: Sql) => Promise<object | undefined>,
  ): Promise<void> {
    await this.database.transaction(async (sql) => {
      if (await work(sql)) await recordAudit(sql, { ...entry, who });
    });
  }
}
