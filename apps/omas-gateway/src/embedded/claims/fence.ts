import { OwnershipLostError, type Fence } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';

/**
 * Refuses a writer that is not the newest owner of its connector. The claim stays locked until the transaction ends:
 * whoever claims next waits for it.
 */
export async function assertOwner(sql: Sql, { connector, shard, epoch }: Fence): Promise<void> {
  const claim = await sql.row<{ epoch: string; instance_id: string }>(
    'select epoch, instance_id from claim where connector = $1 and shard = $2 for share',
    [connector, shard],
  );
  if (Number(claim?.epoch) !== epoch) throw ownershipLost({ connector, epoch }, claim);
}

export function ownershipLost(
  { connector, epoch }: { connector: string; epoch: number },
  claim: { epoch: string; instance_id: string } | undefined,
): OwnershipLostError {
  if (!claim) {
    return new OwnershipLostError(`The connector ${connector} was not claimed here with epoch ${epoch}`);
  }
  return new OwnershipLostError(
    `The connector ${connector} was claimed by ${claim.instance_id} with epoch ${claim.epoch}, this is epoch ${epoch}`,
    { epoch: Number(claim.epoch) },
  );
}
