import type { Difference, Run } from '@idaemon/contracts';
import { exitCodes } from './exit-codes.js';
import { countsText, durationText } from './output.js';
import type { Session } from './session.js';

export function whatIsDone({ approves, mode }: Run): string {
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
    lines.push(`  ${run.heldRemovals} removals ${run.mode === 'plan' ? 'would wait' : 'wait'} for approval`);
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

/** The word for a difference, as people say it. */
export function changeText(change: Difference['change']): string {
  return change === 'held-removal' ? 'removal (waits for approval)' : change;
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
