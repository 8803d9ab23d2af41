import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics } from '@idaemon/metrics';
import { SeededStore } from '../testing/seeded-store.js';
import { Retention, type RetentionSettings } from './retention.js';
import { readStoreGauges } from './store-gauges.js';

const day = 86_400_000;
const now = new Date('2030-06-15T12:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * day);
const settings: RetentionSettings = {
  versions: 2,
  changesMs: 7 * day,
  changesRows: 1000,
  runsMs: 30 * day,
  removedVersionsMs: 90 * day,
  deadLettersMs: 90 * day,
};

let store: SeededStore;
beforeEach(async () => {
  store = await SeededStore.open();
});
afterEach(() => store.close());

const prune = (changes: Partial<RetentionSettings> = {}) =>
  new Retention(store.database, { ...settings, ...changes }, () => now).prune(new AbortController().signal);
const head = () => store.database.row('select position::int, pruned::int from feed_head');
const positions = async () =>
  (await store.database.rows<{ position: string }>('select position from change_feed order by position')).map(
    ({ position }) => Number(position),
  );

describe('retention', () => {
  it('keeps the newest versions of each element', async () => {
    const { a = '', b = '' } = await store.elements({ name: 'a' }, { name: 'b' });
    for (let change = 1; change <= 5; change++) await store.update(a, { change });
    await store.update(b, { change: 1 });
    expect(await prune()).toMatchObject({ element_history: 3 });
    const versions = await store.database.rows(
      'select version from element_history where guid = $1 order by 1',
      [a],
    );
    expect(versions).toEqual([{ version: 4 }, { version: 5 }]);
    expect(await store.database.rows('select 1 from element_history where guid = $1', [b])).toHaveLength(1);
    expect(await prune()).toMatchObject({ element_history: 0 });
    await store.update(a, { change: 6 });
    expect(await prune()).toMatchObject({ element_history: 1 });
  });

  it('keeps the versions of removed elements for a time', async () => {
    const { old = '', recent = '' } = await store.elements({ name: 'old' }, { name: 'recent' });
    await store.remove(old, daysAgo(91));
    await store.remove(recent, daysAgo(89));
    await prune();
    expect(await store.database.rows('select guid from element_history')).toEqual([{ guid: recent }]);
  });

  it('keeps the feed for a time and remembers up to where it is gone, even when all of it is', async () => {
    const { a = '' } = await store.elements({ name: 'a' });
    await store.database.rows('update change_feed set at = $1', [daysAgo(9)]);
    await store.change(a, 'updated', daysAgo(8));
    await store.change(a, 'updated', daysAgo(6));
    // Transactions may begin in another order than they commit: nothing is removed from behind a younger row.
    await store.change(a, 'updated', daysAgo(8));
    expect(await prune()).toMatchObject({ change_feed: 2 });
    expect(await positions()).toEqual([3, 4]);
    expect(await head()).toEqual({ position: 4, pruned: 2 });
    expect(await prune({ changesMs: 1 })).toMatchObject({ change_feed: 2 });
    expect(await head()).toEqual({ position: 4, pruned: 4 });
    expect(await prune()).toMatchObject({ change_feed: 0 });
  });

  it('keeps no more of the feed than its rows, however young', async () => {
    const { a = '' } = await store.elements({ name: 'a' });
    for (let change = 2; change <= 10; change++) await store.change(a, 'updated', now);
    await store.database.rows('update change_feed set at = $1', [now]);
    expect(await prune({ changesRows: 4 })).toMatchObject({ change_feed: 6 });
    expect(await positions()).toEqual([7, 8, 9, 10]);
  });

  it('keeps run reports, differences and dead letters for their times', async () => {
    await store.elements({ name: 'a' });
    for (const days of [1, 29, 31, 89, 91]) await addReportAndLetter(daysAgo(days));
    expect(await prune()).toMatchObject({ run_report: 3, run_difference: 3, dead_letter: 1 });
    expect(await prune()).toMatchObject({ run_report: 0, run_difference: 0, dead_letter: 0 });
  });

  it('is seen in gauges', async () => {
    const metrics = createMetrics('omas-gateway');
    await store.elements({ name: 'a' });
    await store.database.rows('update change_feed set at = $1', [daysAgo(3)]);
    await store.database.rows('analyze element');
    await readStoreGauges(store.database, metrics);
    const text = await metrics.render();
    expect(text).toContain('idaemon_gateway_rows{table="element",app="omas-gateway"} 1');
    expect(text).toContain('idaemon_gateway_feed_position{app="omas-gateway"} 1');
    const oldest = daysAgo(3).getTime() / 1000;
    expect(text).toContain(
      `idaemon_gateway_oldest_row_timestamp_seconds{table="change_feed",app="omas-gateway"} ${oldest}`,
    );
    expect(text).not.toContain('oldest_row_timestamp_seconds{table="dead_letter"');
  });
});

async function addReportAndLetter(at: Date): Promise<void> {
  const { database } = store;
  await database.rows(
    "insert into run_report (id, reported_at, connector, report) values (gen_random_uuid(), $1, 'landing', '{}')",
    [at],
  );
  await database.rows(
    `insert into run_difference (at, run_id, change, type, qualified_name)
     values ($1, gen_random_uuid(), 'created', 'CSVFile', 'x')`,
    [at],
  );
  await database.rows(
    `insert into dead_letter (at, source_id, shard, connector, collection, scope, type, qualified_name, error)
     values ($1, 1, 0, 'landing', 'c', 's', 'CSVFile', gen_random_uuid()::text, '{}')`,
    [at],
  );
}
