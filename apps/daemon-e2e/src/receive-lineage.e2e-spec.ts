import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.js';
import { sendEvents, type SentEvent } from './lineage-senders.js';
import { TestSystem, type AppProcess } from './test-system.js';

const isFull = process.env.IDAEMON_TEST_FULL === '1';
const count = isFull ? 200_000 : 10_000;
const deadlineMs = isFull ? 60 * 60_000 : 170_000;

let system: TestSystem;
let receivers: AppProcess[];

beforeAll(async () => {
  system = await TestSystem.servers();
  // Without daemon or gateway: events are received with Postgres alone.
  receivers = [
    await system.startApp('lineage-integrator'),
    await system.startApp('lineage-integrator', 'lineage-integrator-2'),
  ];
  await system.ready();
});

afterAll(() => system.stop());

test(
  'each acknowledged event is there exactly once, whoever is killed meanwhile',
  async () => {
    const sending = sendEvents(
      receivers.map(({ url }) => url),
      count,
      32,
    );
    const reached = (share: number) =>
      eventually(`${share} of all events`, deadlineMs, async () => sending.acknowledged >= count * share);
    for (const [share, fail] of [
      [0.1, () => crash(receivers[0]!)],
      [0.25, () => crash(receivers[1]!)],
      [0.4, () => crashPostgres(system)],
      [0.55, () => Promise.all(receivers.map(crash))],
      [0.7, () => system.nats.stop().then(() => system.nats.start())],
      [0.85, () => restart(receivers[0]!)],
    ] as const) {
      await reached(share);
      await fail();
    }
    await sending.done;
    expect(await faultsOf(system, sending.events)).toEqual([]);
    expect([...sending.statuses.keys()].filter((status) => ![201, 503, 'broken'].includes(status))).toEqual(
      [],
    );
    // The failures were real ones.
    expect(sending.events.some(({ tries }) => tries > 1)).toBe(true);
  },
  deadlineMs,
);

async function crash(app: AppProcess): Promise<void> {
  await app.killHard();
  await app.startAgain();
}

async function restart(app: AppProcess): Promise<void> {
  await app.end();
  await app.startAgain();
}

async function crashPostgres({ postgres }: TestSystem): Promise<void> {
  await postgres.stop({ isImmediate: true });
  await postgres.start();
}

/** What of the history contradicts the log: acknowledged yet missing, there twice, or with other bytes. */
async function faultsOf({ postgres }: TestSystem, events: readonly SentEvent[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: postgres.url() });
  await client.connect();
  try {
    const { rows } = await client.query<{ ordering_key: string; body: Buffer }>(
      'select ordering_key, body from lineage.event',
    );
    const stored = byKey(rows);
    return events.flatMap(({ runId, body, isAcknowledged }) => {
      const copies = stored.get(`run:${runId}`) ?? [];
      if (isAcknowledged && copies.length !== 1) return [`${runId} is there ${copies.length} times`];
      return copies[0]?.body.toString() === body ? [] : [`${runId} has other bytes`];
    });
  } finally {
    await client.end();
  }
}

function byKey<Row extends { ordering_key: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row.ordering_key, [...(groups.get(row.ordering_key) ?? []), row]);
  return groups;
}
