import type { ConnectorStatus, Difference, Run } from '@idaemon/contracts';
import { exitCodes } from './exit-codes.js';
import { countsText, durationText } from './output.js';
import type { Session } from './session.js';

const pollMs = 500;
const explainAfterPolls = 10;

/** Follows a run to its end, with a line for each thing that people wait for. */
export async function followRun(session: Session, run: Run): Promise<Run> {
  const { api, output, wait } = session;
  let seen = '';
  for (let polls = 1, current = run; ; polls += 1, current = await api.send<Run>(runPath(run))) {
    if (current.state === 'ended') return current;
    const progress = progressLine(current);
    if (progress !== seen) output.note(progress);
    seen = progress;
    if (polls === explainAfterPolls && current.state === 'requested') await explainWaiting(session, current);
    await wait(pollMs);
  }
}

function progressLine(run: Run): string {
  const hasCounts = Object.values(run.counts).some((count) => count > 0);
  return `${whatIsDone(run)} of ${run.connector}: ${run.state}${hasCounts ? `; ${countsText(run.counts)}` : ''}`;
}

/** A run that does not begin has its reason in the state of its connector. */
async function explainWaiting({ api, output }: Session, run: Run): Promise<void> {
  const { connector } = run;
  const { state, error } = await api.send<ConnectorStatus>(
    `/api/connectors/${encodeURIComponent(connector)}/status`,
  );
  output.note(`  It has not begun yet: ${connector} is ${state}${error ? `. ${error.message}` : ''}`);
  if (error) output.note(`  Next: ${error.action}`);
  output.note('  Ctrl-C ends the waiting only: the run is kept and begins as soon as it can.');
}

function whatIsDone({ approves, mode }: Run): string {
  return approves ? 'approve' : mode;
}

export function runPath(run: Pick<Run, 'connector' | 'id'>): string {
  return `/api/connectors/${encodeURIComponent(run.connector)}/runs/${run.id}`;
}

/** What a run did, in plain words, with the next step where one is needed. */
export function runLines(run: Run): string[] {
  const would = run.mode === 'plan' ? 'would be ' : '';
  const tookMs =
    run.startedAt && run.endedAt ? Date.parse(run.endedAt) - Date.parse(run.startedAt) : undefined;
  const took = tookMs === undefined ? '' : ` in ${durationText(tookMs)}`;
  const lines = [
    `${whatIsDone(run)} of ${run.connector}: ${run.outcome ?? run.state}${took}; ${would}${countsText(run.counts)}`,
    `  run ${run.id}`,
  ];
  if (run.heldRemovals)
    lines.push(
      `  ${run.heldRemovals} removals ${run.mode === 'plan' ? 'would happen' : 'wait for approval'}`,
    );
  for (const { what, reason } of run.unread.slice(0, 10)) lines.push(`  not read: ${what}: ${reason}`);
  if (run.unreadCount > 10) lines.push(`  … and ${run.unreadCount - 10} more that could not be read`);
  if (run.error) lines.push(`  ${run.error.message}`, `  Next: ${run.error.action}`);
  if (run.outcome === 'waiting-for-approval') {
    lines.push(
      `  Next: look with \`idaemon runs ${run.connector} ${run.id}\`, then \`idaemon approve ${run.connector} --run ${run.id}\`.`,
    );
  }
  return lines;
}

export async function differencesOf(
  { api }: Session,
  run: Run,
  limit: number,
): Promise<{ items: Difference[]; hasMore: boolean }> {
  const items: Difference[] = [];
  for await (const difference of api.items<Difference>(`${runPath(run)}/differences`)) {
    if (items.length === limit) return { items, hasMore: true };
    items.push(difference);
  }
  return { items, hasMore: false };
}

/** A script can tell "done" from "done, but look". */
export function exitCodeOfRun(run: Run): number {
  return run.outcome === 'succeeded' || run.state !== 'ended' ? exitCodes.ok : exitCodes.runNotSucceeded;
}
