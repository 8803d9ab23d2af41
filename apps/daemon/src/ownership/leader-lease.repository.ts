import { Inject, Injectable } from '@nestjs/common';
import { Database, type Sql } from '@idaemon/persistence';

/** The right to decide on ownership, held by one replica at a time by the database's clock. */
@Injectable()
export class LeaderLeaseRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Whether it makes sense to try: false while another replica's lease lasts. */
  async isFree(holder: string): Promise<boolean> {
    const row = await this.database.row(
      `select 1 from leader_lease where name = 'leader' and holder <> $1 and lease_until >= clock_timestamp()`,
      [holder],
    );
    return row === undefined;
  }

  /**
   * Takes or renews the lease; false when another replica has it. Until `sql` commits no other replica can take it.
   * Who takes it, or lost touch meanwhile (`mustListen`), begins to listen: for a lease it calls nobody dead.
   */
  async acquire(sql: Sql, holder: string, leaseMs: number, mustListen: boolean): Promise<boolean> {
    const isMine = `(l.holder = excluded.holder and l.lease_until >= clock_timestamp())`;
    const row = await sql.row(
      `insert into leader_lease as l (name, holder, term, acquired_at, listening_since, lease_until)
       values ('leader', $1, 1, clock_timestamp(), clock_timestamp(),
         clock_timestamp() + $2 * interval '1 millisecond')
       on conflict (name) do update set holder = excluded.holder, lease_until = excluded.lease_until,
         term = l.term + case when ${isMine} then 0 else 1 end,
         acquired_at = case when ${isMine} then l.acquired_at else excluded.acquired_at end,
         listening_since = case when ${isMine} and not $3 then l.listening_since else excluded.listening_since end
       where l.holder = excluded.holder or l.lease_until < clock_timestamp()
       returning l.term`,
      [holder, leaseMs, mustListen],
    );
    return row !== undefined;
  }

  /** Gives the lease back, so that another replica need not wait for its end. */
  async giveBack(holder: string): Promise<void> {
    await this.database.rows(`update leader_lease set lease_until = '-infinity' where holder = $1`, [holder]);
  }
}
