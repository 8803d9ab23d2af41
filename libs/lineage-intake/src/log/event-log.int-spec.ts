import { randomUUID } from 'node:crypto';
import { eventIdOf } from '@idaemon/open-lineage';
import { Database } from '@idaemon/persistence';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase } from '../../../../tools/launcher/testing.mjs';
import { lineageMigrations } from '../migrations/index.js';
import { appendEvents, streamCount, type NewEvent } from './append-events.js';
import { EventLog } from './event-log.js';
import { LogRetention } from './log-retention.js';

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  const fresh = await freshDatabase();
  drop = fresh.drop;
  const options = { url: fresh.url, schema: 'lineage', applicationName: 'log-spec' };
  const migrations = lineageMigrations;
  database = await Database.open({ ...options, migrations }, AbortSignal.timeout(30_000));
});

afterAll(async () => {
  await database.close();
  await drop();
});

function newEvent(orderingKey = `run:${randomUUID()}`, size = 20): NewEvent {
  const body = Buffer.from(`${randomUUID()}${'x'.repeat(size)}`);
  return { id: eventIdOf(body), orderingKey, kind: 'run', sender: 'spec', body };
}

const count = async () =>
  (await database.row<{ count: number }>('select count(*)::int as count from event'))?.count ?? 0;

test('events of one key keep the order in which they were appended', async () => {
  const log = new EventLog(database, { waitMs: 5_000 });
  const events = Array.from({ length: 300 }, (_, index) => newEvent(`run:${index % 3}`));
  for (let at = 0; at < events.length; at += 25) await log.append(events.slice(at, at + 25));
  for (const key of ['run:0', 'run:1', 'run:2']) {
    const rows = await database.rows<{ body: Buffer }>(
      'select body from event where ordering_key = $1 order by position',
      [key],
    );
    const expected = events
      .filter(({ orderingKey }) => orderingKey === key)
      .map(({ body }) => body.toString());
    expect(rows.map(({ body }) => body.toString())).toEqual(expected);
  }
});

test('a reader that follows the positions misses nothing of what several replicas append at once', async () => {
  const logs = Array.from({ length: 3 }, () => new EventLog(database, { waitMs: 10_000 }));
  const before = await database.rows<{ stream: number; position: string }>(
    'select stream, position from stream',
  );
  const cursors = new Map(before.map(({ stream, position }) => [stream, Number(position)]));
  const seen = new Set<string>();
  const follow = async () => {
    for (let stream = 0; stream < streamCount; stream++) {
      const rows = await database.rows<{ position: string; event_id: Buffer }>(
        'select position, event_id from event where stream = $1 and position > $2 order by position',
        [stream, cursors.get(stream)],
      );
      for (const { event_id } of rows) seen.add(event_id.toString('hex'));
      cursors.set(stream, Number(rows.at(-1)?.position ?? cursors.get(stream)));
    }
  };
  const events = Array.from({ length: 2_000 }, () => newEvent());
  let isAppending = true;
  const reading = (async () => {
    while (isAppending) await follow();
  })();
  await Promise.all(events.map((event, index) => logs[index % 3]!.append([event])));
  isAppending = false;
  await reading;
  await follow();
  expect(events.filter(({ id }) => !seen.has(id.toString('hex')))).toEqual([]);
});

test('what several replicas append at once, each more than once, is there once', async () => {
  const events = Array.from({ length: 400 }, () => newEvent());
  const before = await count();
  await Promise.all(
    [events, [...events].reverse(), [...events, ...events]].map((group) => appendEvents(database, group)),
  );
  expect(await count()).toBe(before + events.length);
});

test('the bytes of a stream are those of the bodies that are in it', async () => {
  const twice = newEvent(undefined, 5_000);
  await appendEvents(database, [twice, newEvent(undefined, 3_000), twice]);
  await appendEvents(database, [twice, newEvent()]);
  const rows = await database.rows(
    `select s.stream from stream s
      where s.bytes <> (select coalesce(sum(octet_length(body)), 0) from event e where e.stream = s.stream)`,
  );
  expect(rows).toEqual([]);
});

test('retention removes what is old or too much, oldest first, but nothing that is not folded', async () => {
  const signal = new AbortController().signal;
  const total = await count();
  const now = () => new Date(Date.now() + 60_000);
  const aged = new LogRetention(database, { keptMs: 1_000, keptBytes: 1e12 }, now);
  expect(await aged.prune(signal)).toBe(0);

  await database.rows(
    'update fold_cursor c set position = s.position from stream s where s.stream = c.stream',
  );
  const { bytes } = await aged.state();
  const small = new LogRetention(database, { keptMs: 1e9, keptBytes: bytes / 2 }, now);
  const removed = await small.prune(signal);
  expect(removed).toBeGreaterThan(0);
  expect(await count()).toBe(total - removed);
  const left = await small.state();
  expect(left.bytes).toBeLessThanOrEqual(bytes / 2);
  const gaps = await database.rows(
    'select 1 from event e join stream s using (stream) where e.position <= s.removed_to',
  );
  expect(gaps).toEqual([]);

  await aged.prune(signal);
  expect(await count()).toBe(0);
  expect(await aged.state()).toEqual({ bytes: 0, oldestAt: undefined });
});
