import { Injectable } from '@nestjs/common';
import { ConflictError, NotFoundError, type RunOutcome } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';

interface Candidate {
  id: string;
  mode: string;
  state: string;
  outcome: RunOutcome | null;
  held: number;
}

/** Finds the run whose held removals may be approved; says why when there is none. */
@Injectable()
export class ApprovableRuns {
  async find(sql: Sql, connector: string, runId: string | undefined): Promise<string> {
    const run = runId ? await this.#named(sql, connector, runId) : await this.#newest(sql, connector);
    if (run.outcome !== 'waiting-for-approval' || run.held === 0) throw holdsNothing(run);
    await this.#refuseApproved(sql, connector, run.id);
    return run.id;
  }

  async #named(sql: Sql, connector: string, runId: string): Promise<Candidate> {
    const run = await sql.row<Candidate>(`select ${columns} from run where id = $1 and connector = $2`, [
      runId,
      connector,
    ]);
    if (run) return run;
    throw new NotFoundError(`${connector} has no run ${runId}`, {
      action: `Check the id; GET /api/connectors/${connector}/runs lists its runs.`,
    });
  }

  async #newest(sql: Sql, connector: string): Promise<Candidate> {
    const run = await sql.row<Candidate>(
      `select ${columns} from run where connector = $1 and state = 'ended' and mode = 'refresh'
        order by created_at desc, id desc limit 1`,
      [connector],
    );
    if (run?.outcome === 'waiting-for-approval') return run;
    throw new ConflictError(`${connector} has no removals that wait: its last refresh held nothing back`, {
      action: `Nothing to approve; to see what a refresh would do, use POST /api/connectors/${connector}/plan.`,
    });
  }

  /** Approving twice at once would be one refresh too many. */
  async #refuseApproved(sql: Sql, connector: string, id: string): Promise<void> {
    const other = await sql.row<{ id: string; state: string }>(
      `select id, state from run where connector = $2 and approves = $1
        and (state <> 'ended' or outcome in ('succeeded', 'partial')) limit 1`,
      [id, connector],
    );
    if (!other) return;
    const how = other.state === 'ended' ? 'has done it' : 'is under way';
    throw new ConflictError(`The run ${id} is approved already: the run ${other.id} ${how}`, {
      action: `Look at the run ${other.id}; if removals still wait, approve the newest run that waits.`,
    });
  }
}

const columns = 'id, mode, state, outcome, held_removals as held';

function holdsNothing({ id, mode, state }: Candidate): ConflictError {
  const why =
    state !== 'ended' ? 'it has not ended' : mode === 'plan' ? 'it was a plan' : 'it held no removals back';
  return new ConflictError(`The run ${id} holds nothing that could be approved: ${why}`, {
    action: 'Approve a run whose outcome is waiting-for-approval.',
  });
}
