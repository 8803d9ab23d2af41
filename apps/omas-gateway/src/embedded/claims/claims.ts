import type { Fence } from '@idaemon/contracts';
import { storableJson, type Database } from '@idaemon/persistence';
import type { ClaimAnswers } from '../../open-metadata-store.js';
import { ownershipLost } from './fence.js';

interface ClaimRow {
  connector: string;
  shard: number;
  epoch: string;
  instance_id: string;
}

/** The newest owner of each connector: a row that the transaction of every write compares. */
export class Claims implements ClaimAnswers {
  constructor(private readonly database: Database) {}

  /** Waits for writes of an older owner that are under way. The same owner may claim the same epoch again. */
  async claim(request: Fence & { instanceId: string }): Promise<{ epoch: number }> {
    const { connector, shard, epoch, instanceId } = request;
    return this.database.transaction(async (sql) => {
      await sql.rows(
        `insert into claim (connector, shard, epoch, instance_id, claimed_at) values ($1, $2, 0, $3, now())
         on conflict do nothing`,
        [connector, shard, instanceId],
      );
      const newest = await sql.row<ClaimRow>(
        'select * from claim where connector = $1 and shard = $2 for update',
        [connector, shard],
      );
      const isOwn = newest?.instance_id === instanceId && Number(newest.epoch) === epoch;
      if (newest && Number(newest.epoch) >= epoch && !isOwn) throw ownershipLost(request, newest);
      await sql.rows(
        `update claim set epoch = $3, instance_id = $4, claimed_at = now() where connector = $1 and shard = $2`,
        [connector, shard, epoch, instanceId],
      );
      return { epoch };
    });
  }

  async confirm({ claims }: { claims: Fence[] }): Promise<{ lost: Fence[] }> {
    if (claims.length === 0) return { lost: [] };
    const rows = await this.database.rows<ClaimRow>(
      `select c.* from claim c
       join jsonb_to_recordset($1::jsonb) as asked (connector text, shard int) using (connector, shard)`,
      [storableJson(claims)],
    );
    const newest = new Map(rows.map((row) => [`${row.connector} ${row.shard}`, Number(row.epoch)]));
    return {
      lost: claims.filter(({ connector, shard, epoch }) => newest.get(`${connector} ${shard}`) !== epoch),
    };
  }
}
