import { Inject, Injectable } from '@nestjs/common';
import type { ServiceName } from '@idaemon/contracts';
import { Database } from '@idaemon/persistence';
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

  async keepService(service: ServiceName, kept: KeptService): Promise<void> {
    await this.#keep(service, kept);
  }

  async forgetService(service: ServiceName): Promise<void> {
    await this.database.rows('delete from egeria_setting where name = $1', [service]);
  }

  async server(): Promise<KeptServer> {
    const row = await this.database.row<{ kept: KeptServer }>(
      `select kept from egeria_setting where name = 'server'`,
    );
    return row?.kept ?? {};
  }

  /** Changes these; null clears one. */
  async changeServer(change: { [Key in keyof KeptServer]: KeptServer[Key] | null }): Promise<void> {
    await this.database.rows(
      `insert into egeria_setting (name, kept) values ('server', jsonb_strip_nulls($1::jsonb))
       on conflict (name) do update set kept = jsonb_strip_nulls(egeria_setting.kept || $1::jsonb)`,
      [JSON.stringify(change)],
    );
  }

  async forgetServer(): Promise<void> {
    await this.database.rows(`delete from egeria_setting where name = 'server'`);
  }

  async #keep(name: string, kept: object): Promise<void> {
    await this.database.rows(
      `insert into egeria_setting (name, kept) values ($1, $2) on conflict (name) do update set kept = $2`,
      [name, JSON.stringify(kept)],
    );
  }
}
