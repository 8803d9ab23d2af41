import type { Command } from 'commander';
import type { ConnectorStatus, Run } from '@idaemon/contracts';
import { changeText, differencesOf, exitCodeOfRun, runLines, runPath } from '../runs.js';
import { followRun } from '../follow-run.js';
import { limitOption } from '../limit-option.js';
import { timeoutOption } from '../timeout-option.js';
import { countsText, relativeTime, type Column } from '../output.js';
import type { Session, SessionOf } from '../session.js';

/** Who changed something wants the outcome; who asks what a run did, or would do, wants to see it. */
const differencesOfOutcome = 10;
const differencesOfDetails = 200;
const path = (name: string, rest: string) => `/api/connectors/${encodeURIComponent(name)}/${rest}`;

/** refresh, plan, approve: they answer a run. start … restart: they answer the status. */
export function addConnectorCommands(program: Command, session: SessionOf): void {
  addRunCommands(program, session);
  addStateCommands(program, session);
  addRunsCommand(program, session);
  program
    .command('status')
    .argument('[connector]', 'only this one')
    .description('show the observed state of connectors')
    .action(async (name?: string) => showStatus(session(), name));
  program
    .command('logs')
    .argument('<connector>')
    .addOption(limitOption('how many lines', 100))
    .description('show the last log lines of a connector, from the instance that runs it')
    .action(async (name: string, { limit }: { limit: number }) => {
      const { api, output } = session();
      const { items } = await api.send<{ items: LogLine[] }>(path(name, 'logs'), { query: { limit } });
      output.list(items, logColumns, `${name} has logged nothing on its instance.`);
    });
}

interface LogLine {
  at: string;
  level: string;
  message: string;
}
const logColumns: Column<LogLine>[] = [
  ['time', ({ at }) => at],
  ['level', ({ level }) => level],
  ['message', ({ message }) => message],
];

/** How a run is waited for: not at all, or at most so long. */
interface Waiting {
  wait?: boolean;
  timeout?: number;
}

function addRunCommands(program: Command, session: SessionOf): void {
  program
    .command('refresh')
    .argument('<connector>')
    .option('--no-wait', 'do not wait for its end')
    .addOption(timeoutOption())
    .description('compare everything at the source with open metadata now')
    .action(async (name: string, waiting: Waiting) => startRun(session(), name, 'refresh', {}, waiting));
  program
    .command('plan')
    .argument('<connector>')
    .addOption(timeoutOption())
    .description('show what a refresh would create, change and remove, without doing it')
    .action(async (name: string, waiting: Waiting) => startRun(session(), name, 'plan', {}, waiting));
  program
    .command('approve')
    .argument('<connector>')
    .option('--run <id>', 'the run whose removals are approved; default: the last one that waits')
    .option('--no-wait', 'do not wait for its end')
    .addOption(timeoutOption())
    .description('do the removals that a run held back, as far as the source still misses them')
    .action(async (name: string, { run, ...waiting }: Waiting & { run?: string }) =>
      startRun(session(), name, 'approve', run ? { run } : {}, waiting),
    );
}

async function startRun(
  session: Session,
  name: string,
  verb: string,
  body: object,
  { wait = true, timeout }: Waiting,
): Promise<void> {
  const requested = await session.api.send<Run>(path(name, verb), { method: 'POST', body });
  if (!wait)
    return session.output.one(requested, () => [`${verb} of ${name} is requested: run ${requested.id}`]);
  const limit = verb === 'plan' ? differencesOfDetails : differencesOfOutcome;
  await showRun(session, await followRun(session, requested, timeout), limit);
}

async function showRun(session: Session, run: Run, limit: number): Promise<void> {
  const { items, hasMore } = await differencesOf(session, run, limit);
  session.output.one({ ...run, differences: items }, () => [
    ...runLines(run),
    ...items.map(
      ({ change, type, qualifiedName, detail }) =>
        `  ${changeText(change)} ${type} ${qualifiedName}${detail ? ` (${detail})` : ''}`,
    ),
    ...(hasMore ? [`  … and more: ${whereIsMore(run, limit)}`] : []),
  ]);
  session.exitWith(exitCodeOfRun(run));
}

function whereIsMore(run: Run, limit: number): string {
  return limit < differencesOfDetails
    ? `\`idaemon runs ${run.connector} ${run.id}\``
    : `GET ${runPath(run)}/differences`;
}

function addStateCommands(program: Command, session: SessionOf): void {
  const verbs = {
    start: 'let a stopped connector run',
    stop: 'stop a connector and give up its instance',
    pause: 'keep a connector from working; its instance stays',
    resume: 'let a paused connector go on',
    restart: 'stop and start a connector, also after a failure',
  };
  for (const [verb, description] of Object.entries(verbs)) {
    program
      .command(verb)
      .argument('<connectors...>')
      .description(description)
      .action(async (names: string[]) => {
        const { api, output } = session();
        for (const name of names) {
          const status = await api.send<ConnectorStatus>(path(name, verb), { method: 'POST', body: {} });
          output.one(status, () => [`${name}: wanted ${status.wanted}, observed ${status.state}`]);
        }
      });
  }
}

function addRunsCommand(program: Command, session: SessionOf): void {
  program
    .command('runs')
    .argument('<connector>')
    .argument('[run]', 'one run with its differences')
    .addOption(limitOption('how many runs', 20))
    .description('list the runs of a connector, newest first, or show one')
    .action(async (name: string, id: string | undefined, { limit }: { limit: number }) => {
      const current = session();
      if (id)
        return showRun(current, await current.api.send<Run>(path(name, `runs/${id}`)), differencesOfDetails);
      const { items } = await current.api.send<{ items: Run[] }>(path(name, 'runs'), {
        query: { pageSize: limit },
      });
      current.output.list(items, runColumns(current.now()), `${name} has not run yet.`);
    });
}

function runColumns(now: Date): Column<Run>[] {
  return [
    ['run', ({ id }) => id],
    ['mode', ({ mode }) => mode],
    ['trigger', ({ trigger }) => trigger],
    ['outcome', ({ outcome, state }) => outcome ?? state],
    ['started', ({ startedAt }) => relativeTime(startedAt, now)],
    ['changes', ({ counts: { unchanged: _, ...changes } }) => countsText(changes)],
    ['unchanged', ({ counts }) => counts.unchanged],
    ['held', ({ heldRemovals }) => heldRemovals || ''],
  ];
}

async function showStatus(session: Session, name: string | undefined): Promise<void> {
  const statuses: ConnectorStatus[] = name
    ? [await session.api.send<ConnectorStatus>(path(name, 'status'))]
    : (await session.api.all<{ status: ConnectorStatus }>('/api/connectors')).map(({ status }) => status);
  session.output.list(
    statuses,
    statusColumns(session.now()),
    'There is no connector yet: `idaemon apply -f FILE` makes one.',
  );
  for (const { name: connector, error } of statuses) {
    if (error) session.output.note(`\n${connector}: ${error.message}\n  Next: ${error.action}`);
  }
}

function statusColumns(now: Date): Column<ConnectorStatus>[] {
  return [
    ['connector', ({ name }) => name],
    ['wanted', ({ wanted }) => wanted],
    ['state', ({ state }) => state],
    ['since', ({ since }) => relativeTime(since, now)],
    ['last run', ({ lastRun }) => lastRun && `${lastRun.outcome} ${relativeTime(lastRun.endedAt, now)}`],
    ['next', (status) => nextText(status, now)],
    ['owner', ({ owner }) => owner],
  ];
}

const isAtRest: ReadonlySet<string> = new Set(['unassigned', 'failed', 'paused', 'stopped']);

function nextText({ state, nextTryAt, nextRefreshAt }: ConnectorStatus, now: Date): string {
  const next = nextTryAt ?? nextRefreshAt;
  if (!next || isAtRest.has(state)) return '-';
  return Date.parse(next) > now.getTime() ? relativeTime(next, now) : 'due';
}
