import { Inject, Injectable } from '@nestjs/common';
import type { ConnectorStatus } from '@idaemon/contracts';
import { Database, type Sql } from '@idaemon/persistence';
import { statusOf, type ShardFacts } from './connector-status.js';
import { deadAt, HostingRepository, keyOf } from './hosting.repository.js';

/** Observed states, as REST answers them. */
@Injectable()
export class ConnectorStatusRepository {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(HostingRepository) private readonly hosting: HostingRepository,
  ) {}

  /** Undefined when there is no such connector. */
  async get(name: string, sql: Sql = this.database): Promise<ConnectorStatus | undefined> {
    return (await this.list([name], sql)).get(name);
  }

  /** By name, of those that exist; of all connectors when no names are given. */
  async list(names?: readonly string[], sql: Sql = this.database): Promise<Map<string, ConnectorStatus>> {
    const [facts, instances, shardCounts] = await Promise.all([
      sql.rows<ShardFacts>(factsQuery, [names ?? null]),
      this.hosting.instances(sql),
      this.hosting.shardCounts(sql),
    ]);
    const shards = new Map<string, ShardFacts[]>();
    for (const one of facts) {
      const count = shardCounts.get(keyOf(one.service, one.definition)) ?? 1;
      if ((one.shard ?? 0) >= count) continue;
      const ofOne = shards.get(one.name);
      if (ofOne) ofOne.push(one);
      else shards.set(one.name, [one]);
    }
    return new Map([...shards].map(([name, ofOne]) => [name, statusOf(ofOne, instances)]));
  }
}

const factsQuery = `
  select c.name, c.service, c.definition, c.wanted_state as wanted, c.wanted_since,
    o.shard, o.epoch, o.instance_id, o.assigned_at, o.freed_at,
    i.last_seen_at as owner_seen_at, coalesce(${deadAt} > clock_timestamp(), false) as is_owner_alive,
    s.epoch as reported_epoch, s.state, s.since, s.current_run, s.last_run, s.last_plan, s.next_refresh_at, s.next_try_at, s.error
  from connector c
  left join ownership o on o.connector = c.name
  left join instance i on i.id = o.instance_id
  left join leader_lease l on l.name = 'leader'
  left join connector_status s on s.connector = c.name and s.shard = coalesce(o.shard, 0)
  where $1::text[] is null or c.name = any ($1)
  order by c.name, o.shard`;
