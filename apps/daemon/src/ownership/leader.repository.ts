import { Inject, Injectable } from '@nestjs/common';
import type { Sql } from '@idaemon/persistence';
import { deadAt, HostingRepository, keyOf, type HostingInstance } from './hosting.repository.js';
import { freed } from './ownership.repository.js';
import type { Placement, Plan, PlanShard } from './assignment-plan.js';

/** What the leader compares: instances, and shards that are wanted or owned. */
export interface LeaderFacts {
  instances: HostingInstance[];
  shards: PlanShard[];
}

interface ConnectorRow {
  name: string;
  service: string;
  definition: string;
  is_wanted: boolean;
}

interface OwnedRow {
  connector: string;
  shard: number;
  instance_id: string;
  is_leaving: boolean;
  is_busy: boolean;
}

/** The statements of the leader, each over all shards at once; used in the transaction that holds the leader's lease. */
@Injectable()
export class LeaderRepository {
  constructor(@Inject(HostingRepository) private readonly hosting: HostingRepository) {}

  /** Calls instances dead whose lease has ended; answers their ids. A heartbeat that comes in between saves its instance. */
  async buryDead(sql: Sql): Promise<string[]> {
    const rows = await sql.rows<{ id: string }>(
      `delete from instance i using leader_lease l
       where l.name = 'leader' and ${deadAt} < clock_timestamp() returning i.id`,
    );
    return rows.map(({ id }) => id);
  }

  /** Frees what instances had that are no more; answers how many shards. */
  async freeOrphans(sql: Sql): Promise<number> {
    const rows = await sql.rows(
      `with orphan as (
         select connector, shard from ownership o
         where instance_id is not null and not exists (select from instance i where i.id = o.instance_id)
         order by 1, 2 for update)
       update ownership o set ${freed('false')} from orphan
       where o.connector = orphan.connector and o.shard = orphan.shard
       returning o.connector`,
    );
    return rows.length;
  }

  /** Frees what was taken back and not let go within the lease that its owner had then; answers how many shards. */
  async freeOverdue(sql: Sql): Promise<number> {
    const rows = await sql.rows(
      `with overdue as (
         select o.connector, o.shard from ownership o
         join instance i on i.id = o.instance_id
         join leader_lease l on l.name = 'leader'
         where greatest(o.revoked_at, l.listening_since) + i.lease_ms * interval '1 millisecond' < clock_timestamp()
           and o.revoked_at is not null
         order by 1, 2 for update of o)
       update ownership o set ${freed('true')} from overdue
       where o.connector = overdue.connector and o.shard = overdue.shard
       returning o.connector`,
    );
    return rows.length;
  }

  async facts(sql: Sql): Promise<LeaderFacts> {
    const [instances, shardCounts, connectors, owned] = await Promise.all([
      this.hosting.instances(sql),
      this.hosting.shardCounts(sql),
      sql.rows<ConnectorRow>(
        `select name, service, definition, wanted_state <> 'stopped' as is_wanted from connector`,
      ),
      sql.rows<OwnedRow>(
        `select o.connector, o.shard, o.instance_id, o.revoked_at is not null as is_leaving,
           coalesce(s.epoch = o.epoch and s.current_run is not null, false) as is_busy
         from ownership o left join connector_status s on s.connector = o.connector and s.shard = o.shard
         where o.instance_id is not null`,
      ),
    ]);
    return { instances, shards: shardsOf(connectors, owned, shardCounts) };
  }

  /** Gives free shards to instances, each at a new epoch; answers the instances to wake. */
  async assign(sql: Sql, placements: readonly Placement[]): Promise<string[]> {
    if (placements.length === 0) return [];
    const rows = await sql.rows<{ instance_id: string }>(
      `insert into ownership as o (connector, shard, epoch, instance_id, assigned_at)
       select p.connector, p.shard, 1, p.instance_id, clock_timestamp()
       from unnest($1::text[], $2::int[], $3::text[]) as p (connector, shard, instance_id)
       order by 1, 2
       on conflict (connector, shard) do update set epoch = o.epoch + 1, instance_id = excluded.instance_id,
         assigned_at = excluded.assigned_at, revoked_at = null, freed_at = null, is_released = false
       where o.instance_id is null
       returning instance_id`,
      columnsOf(placements),
    );
    return rows.map(({ instance_id }) => instance_id);
  }

  /** Shards disappear from what their owner is told to run; answers the instances to wake. */
  async takeBack(sql: Sql, placements: readonly Placement[]): Promise<string[]> {
    if (placements.length === 0) return [];
    const rows = await sql.rows<{ instance_id: string }>(
      `with taken as (
         select o.connector, o.shard from ownership o
         join unnest($1::text[], $2::int[], $3::text[]) as p (connector, shard, instance_id)
           using (connector, shard, instance_id)
         where o.revoked_at is null
         order by 1, 2 for update of o)
       update ownership o set revoked_at = clock_timestamp() from taken
       where o.connector = taken.connector and o.shard = taken.shard
       returning o.instance_id`,
      columnsOf(placements),
    );
    return rows.map(({ instance_id }) => instance_id);
  }

  async carryOut(sql: Sql, plan: Plan): Promise<string[]> {
    return [...(await this.takeBack(sql, plan.takeBack)), ...(await this.assign(sql, plan.assign))];
  }
}

function shardsOf(
  connectors: readonly ConnectorRow[],
  owned: readonly OwnedRow[],
  shardCounts: ReadonlyMap<string, number>,
): PlanShard[] {
  const left = new Map(owned.map((row) => [`${row.connector}/${row.shard}`, row]));
  const shards: PlanShard[] = [];
  for (const { name, service, definition, is_wanted: isWanted } of connectors) {
    const count = shardCounts.get(keyOf(service, definition)) ?? 1;
    for (let shard = 0; shard < count; shard += 1) {
      const row = left.get(`${name}/${shard}`);
      left.delete(`${name}/${shard}`);
      shards.push({ connector: name, shard, service, definition, isWanted, ...ownerOf(row) });
    }
  }
  // What no configuration names any more: deleted connectors, and shards beyond a smaller number.
  for (const row of left.values()) {
    const { connector, shard } = row;
    shards.push({ connector, shard, service: '', definition: '', isWanted: false, ...ownerOf(row) });
  }
  return shards;
}

function ownerOf(row: OwnedRow | undefined): Pick<PlanShard, 'owner' | 'isLeaving' | 'isBusy'> {
  return {
    owner: row?.instance_id ?? null,
    isLeaving: row?.is_leaving ?? false,
    isBusy: row?.is_busy ?? false,
  };
}

function columnsOf(placements: readonly Placement[]): [string[], number[], string[]] {
  return [
    placements.map(({ connector }) => connector),
    placements.map(({ shard }) => shard),
    placements.map(({ instanceId }) => instanceId),
  ];
}
