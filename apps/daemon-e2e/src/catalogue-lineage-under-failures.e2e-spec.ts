import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.js';
import {
  faultsOfCatalogue,
  faultsOfFold,
  faultsOfLineage,
  faultsOfLog,
  madeHistory,
  query,
  type History,
} from './lineage-history.js';
import { sendConversations } from './lineage-senders.js';
import { TestSystem, type AppProcess } from './test-system.js';

const isFull = process.env.IDAEMON_TEST_FULL === '1';
const eventCount = isFull ? 200_000 : 10_000;
const deadlineMs = isFull ? 120 * 60_000 : 170_000;
const connections = 32;
const checkedJobs = 50;

let system: TestSystem;
let replicas: AppProcess[];

beforeAll(async () => {
  system = await TestSystem.start({ apps: ['daemon', 'omas-gateway'] });
  replicas = [];
  for (const name of ['lineage-1', 'lineage-2', 'lineage-3'])
    replicas.push(await system.startApp('lineage-integrator', name));
  await system.ready();
  await system.api.put('/api/connectors/lineage', {
    name: 'lineage',
    service: 'lineage-integrator',
    connector: 'open-lineage-cataloguer',
    config: {},
  });
});

afterAll(() => system.stop());

test(
  'each acknowledged event is in log, knowledge and catalogue exactly once, whatever is killed meanwhile',
  async () => {
    const history = madeHistory(eventCount);
    const urls = replicas.map(({ url }) => url);
    const sending = sendConversations(urls, history.runs, connections);
    const total = sending.events.length;
    for (const [share, fail] of failures()) {
      await eventually(
        `${share} of all events`,
        deadlineMs,
        async () => sending.acknowledged >= total * share,
      );
      await reviveReplicas();
      await fail();
    }
    await sending.done;
    await reviveReplicas();
    const statuses = [...sending.statuses.keys()].filter((status) => ![201, 503, 'broken'].includes(status));
    expect(statuses).toEqual([]);
    // The failures were real ones, and everybody took part.
    expect(sending.events.some(({ tries }) => tries > 1)).toBe(true);
    expect(sending.shares.size).toBe(3);

    await crash(replicas[1]!);
    await noFaults('the log', () => faultsOfLog(system, history), 1_000);
    await noFaults('what is known', () => faultsOfFold(system, history), deadlineMs);
    await noFaults('the catalogue', () => faultsOfCatalogue(system, history), deadlineMs);
    await noFaults('the lineage', () => faultsOfLineage(system, someOf(history)), 30_000);
    expect((await cataloguers()).size).toBe(3);
  },
  deadlineMs,
);

/** What happens when that share of the events has been acknowledged. */
function failures(): [number, () => Promise<unknown>][] {
  const [first, second, third] = replicas as [AppProcess, AppProcess, AppProcess];
  return [
    [0.1, () => crash(first)],
    [0.2, () => crashPostgres()],
    [0.3, () => system.nats.stop().then(() => system.nats.start())],
    [0.4, () => Promise.all([crash(second), crash(third)])],
    [0.5, () => absence(system.app('omas-gateway'))],
    [0.6, () => crash(system.app('daemon'))],
    [0.7, () => Promise.all(replicas.map(crash))],
    [0.8, () => restart(third)],
    [0.9, () => Promise.all([crashPostgres(), crash(first)])],
  ];
}

/** An instance that cannot stop in time ends itself, and relies on being started again. */
async function reviveReplicas(): Promise<void> {
  await Promise.all(replicas.filter((app) => !app.isRunning()).map((app) => app.startAgain()));
}

/** At any moment of what it does, not when the last event was answered. */
async function crash(app: AppProcess): Promise<void> {
  await wait(Math.random() * 500);
  if (app.isRunning()) await app.killHard();
  await app.startAgain();
}

async function restart(app: AppProcess): Promise<void> {
  await app.end();
  await app.startAgain();
}

async function absence(app: AppProcess): Promise<void> {
  await app.killHard();
  await wait(3_000);
  await app.startAgain();
}

async function crashPostgres(): Promise<void> {
  await system.postgres.stop({ isImmediate: true });
  await system.postgres.start();
}

/** Looks again while there are any: it takes its time until all is folded and catalogued. */
async function noFaults(where: string, faults: () => Promise<string[]>, withinMs: number): Promise<void> {
  let last: string[] = [];
  const found = eventually(`${where} without faults`, withinMs, async () => {
    last = await faults();
    if (last.length > 0) await wait(1_000);
    return last.length === 0;
  });
  await found.catch(() => expect(last.slice(0, 20), `faults of ${where}, of ${last.length}`).toEqual([]));
}

/** The instances that own a part of the cataloguing: status tells one of them. */
async function cataloguers(): Promise<Set<string>> {
  const rows = await query<{ instance_id: string }>(
    system,
    "select instance_id from daemon.ownership where connector = 'lineage' and instance_id is not null",
  );
  return new Set(rows.map((row) => row.instance_id));
}

function someOf({ jobs }: History): string[] {
  const every = Math.ceil(jobs.length / checkedJobs);
  return jobs.filter((_, index) => index % every === 0);
}
