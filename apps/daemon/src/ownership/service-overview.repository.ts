import { Inject, Injectable } from '@nestjs/common';
import { HostedDefinition, integrationServices, ServiceName, serviceNames } from '@idaemon/contracts';
import { Database } from '@idaemon/persistence';
import { z } from 'zod';
import { HostingRepository, keyOf, type HostingInstance } from './hosting.repository.js';

/** A connector that instances of a service host or have hosted, as its newest version declares it. */
export const DefinitionOverview = HostedDefinition.extend({
  /** Versions that live instances host now; two during an upgrade, none when no instance hosts it. */
  hostedVersions: z.array(z.string()),
  /** How many live instances host it. */
  instances: z.number().int(),
});
export type DefinitionOverview = z.output<typeof DefinitionOverview>;

/** A replica of a service. */
export const InstanceOverview = z.object({
  id: z.string(),
  version: z.string(),
  address: z.string(),
  startedAt: z.iso.datetime(),
  lastHeartbeatAt: z.iso.datetime(),
  /** `quiet`: not heard of for a whole lease, or not yet registered. */
  condition: z.enum(['active', 'draining', 'quiet']),
  definitions: z.array(z.string()),
  /** Connectors (shards) that it has. */
  load: z.number().int(),
});
export type InstanceOverview = z.output<typeof InstanceOverview>;

export const ServiceOverview = z.object({
  name: ServiceName,
  /** The Open Metadata Access Service that it works with. */
  partner: z.string(),
  /** Live instances. */
  replicas: z.number().int(),
  /** Configured connectors, whatever their state. */
  connectors: z.number().int(),
  /** Connectors (shards) that instances have. */
  load: z.number().int(),
  definitions: z.array(DefinitionOverview),
  instances: z.array(InstanceOverview),
});
export type ServiceOverview = z.output<typeof ServiceOverview>;

interface DefinitionRow {
  document: HostedDefinition;
  service: ServiceName;
  hosted_versions: string[];
  instances: number;
}

/** The twelve services, with what runs of them. */
@Injectable()
export class ServiceOverviewRepository {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(HostingRepository) private readonly hosting: HostingRepository,
  ) {}

  async list(): Promise<ServiceOverview[]> {
    const instances = await this.hosting.instances();
    const definitions = await this.#definitions();
    const connectors = await this.#connectorCounts();
    return serviceNames.map((name) => overviewOf(name, instances, definitions, connectors.get(name) ?? 0));
  }

  async get(name: ServiceName): Promise<ServiceOverview | undefined> {
    return (await this.list()).find((service) => service.name === name);
  }

  /** The newest version of a definition that was ever seen; undefined when none was. */
  async definition(service: ServiceName, name: string): Promise<DefinitionOverview | undefined> {
    const rows = await this.#definitions(keyOf(service, name));
    const [row] = rows;
    return row && definitionOf(row);
  }

  async #definitions(key?: string): Promise<DefinitionRow[]> {
    return this.database.rows<DefinitionRow>(
      `with hosted as (
         select d.service, d.name, array_agg(distinct d.version) as versions, count(*)::int as instances
         from instance_definition h join definition d on d.hash = h.hash group by 1, 2)
       select distinct on (d.service, d.name) d.service, d.document,
         coalesce(h.versions, '{}') as hosted_versions, coalesce(h.instances, 0) as instances
       from definition d left join hosted h on h.service = d.service and h.name = d.name
       where $1::text is null or d.service || '/' || d.name = $1
       order by d.service, d.name, d.last_seen_at desc`,
      [key ?? null],
    );
  }

  async #connectorCounts(): Promise<Map<string, number>> {
    const rows = await this.database.rows<{ service: string; count: number }>(
      'select service, count(*)::int as count from connector group by 1',
    );
    return new Map(rows.map(({ service, count }) => [service, count]));
  }
}

function overviewOf(
  name: ServiceName,
  instances: readonly HostingInstance[],
  definitions: readonly DefinitionRow[],
  connectors: number,
): ServiceOverview {
  const own = instances.filter(({ service }) => service === name).map(overviewOfInstance);
  return {
    name,
    partner: integrationServices[name].partner,
    replicas: own.length,
    connectors,
    load: own.reduce((sum, { load }) => sum + load, 0),
    definitions: definitions.filter(({ service }) => service === name).map(definitionOf),
    instances: own,
  };
}

function overviewOfInstance(instance: HostingInstance): InstanceOverview {
  const { id, version, address, startedAt, lastSeenAt, condition, definitions, load } = instance;
  return {
    id,
    version,
    address,
    startedAt: startedAt.toISOString(),
    lastHeartbeatAt: lastSeenAt.toISOString(),
    condition,
    definitions: [...definitions].sort(),
    load,
  };
}

function definitionOf(row: DefinitionRow): DefinitionOverview {
  return { ...row.document, hostedVersions: row.hosted_versions, instances: row.instances };
}
