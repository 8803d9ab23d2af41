import { Inject, Injectable } from '@nestjs/common';
import type { ServiceName } from '@idaemon/contracts';
import { Database, type Sql } from '@idaemon/persistence';
import type { InstanceCondition } from './assignment-plan.js';

/** An instance with what it hosts, as the planner and the read models see it. */
export interface HostingInstance {
  id: string;
  service: ServiceName;
  version: string;
  address: string;
  startedAt: Date;
  lastSeenAt: Date;
  condition: InstanceCondition;
  definitions: Set<string>;
  /** Shards that it has. */
  load: number;
}

interface InstanceRow {
  id: string;
  service: ServiceName;
  version: string;
  address: string;
  started_at: Date;
  last_seen_at: Date;
  condition: InstanceCondition;
  definitions: string[];
  load: number;
}

/**
 * When an instance counts as dead, by the database's clock: silent for its whole lease since it was heard of, or since
 * the leader began to listen. `i` is the instance, `l` the lease row of the leader (which may be missing).
 */
export const deadAt = `greatest(i.last_seen_at, l.listening_since) + i.lease_ms * interval '1 millisecond'`;

/** Which instances are there and what they host. */
@Injectable()
export class HostingRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Those not yet called dead; `quiet` after a lease without a heartbeat, and until they have registered. */
  async instances(sql: Sql = this.database): Promise<HostingInstance[]> {
    const rows = await sql.rows<InstanceRow>(
      `select i.id, i.service, i.version, i.address, i.started_at, i.last_seen_at,
         case when not i.is_registered
                or i.last_seen_at + i.lease_ms * interval '1 millisecond' < clock_timestamp() then 'quiet'
              when i.is_draining then 'draining' else 'active' end as condition,
         coalesce(d.names, '{}') as definitions, coalesce(o.load, 0) as load
       from instance i
       left join (select instance_id, array_agg(name) as names from instance_definition group by 1) d
         on d.instance_id = i.id
       left join (select instance_id, count(*)::int as load from ownership group by 1) o on o.instance_id = i.id
       order by i.service, i.id`,
    );
    return rows.map(instanceOf);
  }

  /** How many shards each definition declares, by `keyOf`; definitions with one shard are left out. */
  async shardCounts(sql: Sql = this.database): Promise<Map<string, number>> {
    const rows = await sql.rows<{ service: string; name: string; shards: number }>(
      `select * from (
         select distinct on (service, name) service, name, (document->>'shards')::int as shards
         from definition order by service, name, last_seen_at desc) newest
       where shards > 1`,
    );
    return new Map(rows.map(({ service, name, shards }) => [keyOf(service, name), shards]));
  }
}

/** Names a definition among those of all services. */
export function keyOf(service: string, definition: string): string {
  return `${service}/${definition}`;
}

function instanceOf(row: InstanceRow): HostingInstance {
  const { id, service, version, address, condition, load } = row;
  return {
    id,
    service,
    version,
    address,
    startedAt: row.started_at,
    lastSeenAt: row.last_seen_at,
    condition,
    definitions: new Set(row.definitions),
    load,
  };
}
