import type { ConnectorStatus, Run } from '@idaemon/contracts';
import { CliError, exitCodes } from './exit-codes.js';
import { countsText, durationText } from './output.js';
import { runPath, whatIsDone } from './runs.js';
import type { Session } from './session.js';

const pollMs = 500;
const beginWithinMs = 60_000;
/** A run that can begin has begun by then. */
const explainAfterMs = 1_000;
const progressEveryMs = 5_000;

interface Watch {
  startedMs: number;
  run: Run;
  printed?: { state: Run['state']; atMs: number };
  explained: string;
}

/**
 * Follows a run to its end, with a line for each thing that people wait for. Without a time-out it must begin within a
 * minute, and may then take as long as it needs.
 */
export async function followRun(session: Session, requested: Run, timeoutMs?: number): Promise<Run> {
  const startedMs = session.now().getTime();
  const watch: Watch = { startedMs, run: requested, explained: '' };
  while (watch.run.state !== 'ended') {
    const waitedMs = session.now().getTime() - startedMs;
    printProgress(session, watch);
    if (watch.run.state === 'requested' && waitedMs >= explainAfterMs) await explainWaiting(session, watch);
    if (waitedMs >= limitOf(watch.run, timeoutMs)) throw stillWaiting(watch.run, waitedMs);
    await session.wait(pollMs);
    watch.run = await session.api.send<Run>(runPath(watch.run));
  }
  return watch.run;
}

function limitOf({ state }: Run, timeoutMs: number | undefined): number {
  return timeoutMs ?? (state === 'requested' ? beginWithinMs : Infinity);
}

/** Each new state at once; how far it is every few seconds, so that a long run does not look like a dead one. */
function printProgress({ output, now }: Session, watch: Watch): void {
  const { run, printed, startedMs } = watch;
  const atMs = now().getTime();
  const isNewState = printed?.state !== run.state;
  if (!isNewState && (run.state === 'requested' || atMs - printed.atMs < progressEveryMs)) return;
  watch.printed = { state: run.state, atMs };
  const hasCounts = Object.values(run.counts).some((count) => count > 0);
  const counts = hasCounts ? `; ${countsText(run.counts)}` : '';
  const waited = isNewState ? '' : ` for ${durationText(atMs - startedMs)}`;
  output.note(`${whatIsDone(run)} of ${run.connector}: ${run.state}${waited}${counts}`);
}

/** Somebody may pause or stop it after the run was asked for. */
const nextOfState: Partial<Record<ConnectorStatus['state'], string>> = {
  paused: '`idaemon resume …` lets it go on.',
  stopped: '`idaemon start …` starts it.',
};

/** A run that does not begin has its reason in the state of its connector; told again when that changes. */
async function explainWaiting({ api, output }: Session, watch: Watch): Promise<void> {
  const { connector } = watch.run;
  const { state, error } = await api.send<ConnectorStatus>(
    `/api/connectors/${encodeURIComponent(connector)}/status`,
  );
  const reason = `${connector} is ${state}${error ? `. ${error.message}` : ''}`;
  if (reason === watch.explained) return;
  const isFirst = watch.explained === '';
  watch.explained = reason;
  output.note(`  It has not begun yet: ${reason}`);
  const next = error?.action ?? nextOfState[state];
  if (next) output.note(`  Next: ${next.replaceAll('…', connector)}`);
  if (isFirst) output.note('  Ctrl-C ends the waiting only: the run is kept and begins as soon as it can.');
}

function stillWaiting(run: Run, waitedMs: number): CliError {
  const { connector, id, state } = run;
  const what = state === 'requested' ? 'has not begun' : 'has not ended';
  return new CliError(
    `${whatIsDone(run)} of ${connector} ${what} after ${durationText(waitedMs)}; it is kept and goes on by itself`,
    exitCodes.stillWaiting,
    `See \`idaemon explain ${connector}\` for what it waits for, and \`idaemon runs ${connector} ${id}\` for its outcome.`,
  );
}
