import { Inject, Injectable } from '@nestjs/common';
import type { Fence } from '@idaemon/contracts';
import { Database, type Sql } from '@idaemon/persistence';

/** Where what an instance reports and what is stored differ. */
export interface OwnershipDrift {
  /** It has them, and nobody was given a newer epoch: a restored database, or one that was called dead too early. */
  adoptable: Fence[];
  /** It has them no more: taken back and its release was lost, or left by an owner whose claim was overtaken. */
  gone: Fence[];
}

interface DriftRow {
  kind: keyof OwnershipDrift;
  connector: string;
  shard: number;
  epoch: string;
}

/** Who has which shard, at which epoch. Epochs only grow, also while nobody has the shard. */
@Injectable()
export class OwnershipRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Reads only: heartbeats that change nothing write nothing but the time they came. */
  async drift(instanceId: string, owned: readonly Fence[]): Promise<OwnershipDrift> {
    const rows = await this.database.rows<DriftRow>(
      // Nearly always nothing is strange: only then all of the table is asked.
      `with owned as (select * from unnest($2::text[], $3::int[], $4::bigint[]) as r (connector, shard, epoch)),
         stored as materialized (
           select connector, shard, epoch, revoked_at, assigned_at from ownership where instance_id = $1),
         strange as materialized (
           select r.* from owned r left join stored s using (connector, shard, epoch) where s.connector is null)
       select 'adoptable' as kind, r.connector, r.shard, r.epoch
       from strange r left join ownership o using (connector, shard)
       where o.connector is null or ${isAdoptable('r.epoch')}
       union all
       select 'gone', s.connector, s.shard, s.epoch from stored s
       where (s.revoked_at is not null or s.assigned_at < clock_timestamp() - interval '10 seconds')
         and not exists (select from owned r where r.connector = s.connector and r.shard = s.shard)`,
      [instanceId, ...columnsOf(owned)],
    );
    const ofKind = (kind: keyof OwnershipDrift) => rows.filter((row) => row.kind === kind).map(fenceOf);
    return { adoptable: ofKind('adoptable'), gone: ofKind('gone') };
  }

  /** The instance keeps what it reports, at the epoch that it reports. */
  async adopt(instanceId: string, fences: readonly Fence[]): Promise<void> {
    await this.database.rows(
      `insert into ownership as o (connector, shard, epoch, instance_id, assigned_at)
       select r.connector, r.shard, r.epoch, $1, clock_timestamp()
       from unnest($2::text[], $3::int[], $4::bigint[]) as r (connector, shard, epoch)
       where exists (select from instance where id = $1)
       order by 1, 2
       on conflict (connector, shard) do update set epoch = excluded.epoch, instance_id = excluded.instance_id,
         assigned_at = excluded.assigned_at, revoked_at = null, freed_at = null, is_released = false
       where ${isAdoptable('excluded.epoch')}`,
      [instanceId, ...columnsOf(fences)],
    );
  }

  /** The instance runs them no more; ignored where it is not the owner at that epoch. Answers how many are free now. */
  async release(instanceId: string, fences: readonly Fence[]): Promise<number> {
    const rows = await this.database.rows(
      `with released as (
         select o.connector, o.shard from ownership o
         join unnest($2::text[], $3::int[], $4::bigint[]) as r (connector, shard, epoch) using (connector, shard, epoch)
         where o.instance_id = $1
         order by 1, 2 for update of o)
       update ownership o set ${freed('true')} from released r
       where o.connector = r.connector and o.shard = r.shard
       returning o.connector`,
      [instanceId, ...columnsOf(fences)],
    );
    return rows.length;
  }

  /** All that an instance has, when it stops. */
  async releaseAll(instanceId: string, sql: Sql): Promise<number> {
    const rows = await sql.rows(
      `with released as (
         select connector, shard from ownership where instance_id = $1 order by 1, 2 for update)
       update ownership o set ${freed('true')} from released r
       where o.connector = r.connector and o.shard = r.shard
       returning o.connector`,
      [instanceId],
    );
    return rows.length;
  }

  /** Above an epoch that was claimed already; answers the owner, who has to claim again. Twice changes nothing more. */
  async raiseEpoch({ connector, shard, epoch }: Fence): Promise<string | null> {
    const row = await this.database.row<{ instance_id: string | null }>(
      `update ownership set epoch = $3 + 1, assigned_at = clock_timestamp()
       where connector = $1 and shard = $2 and epoch <= $3 returning instance_id`,
      [connector, shard, epoch],
    );
    return row?.instance_id ?? null;
  }
}

/** SQL that takes a shard from its owner; one that let it go cannot have it back by reporting it late. */
export function freed(isReleased: 'true' | 'false'): string {
  return `instance_id = null, revoked_at = null, freed_at = clock_timestamp(), is_released = ${isReleased}`;
}

function isAdoptable(epoch: string): string {
  return `(o.epoch < ${epoch} or (o.epoch = ${epoch} and o.instance_id is null and not o.is_released))`;
}

function columnsOf(fences: readonly Fence[]): [string[], number[], number[]] {
  return [
    fences.map(({ connector }) => connector),
    fences.map(({ shard }) => shard),
    fences.map(({ epoch }) => epoch),
  ];
}

function fenceOf({ connector, shard, epoch }: DriftRow): Fence {
  return { connector, shard, epoch: Number(epoch) };
}
