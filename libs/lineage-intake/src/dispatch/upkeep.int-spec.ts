import { createMetrics } from '@idaemon/metrics';
import { systemClock } from '@idaemon/service-runtime';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lineageStore, type LineageStore } from '../testing/lineage-store.js';
import { keepUp } from './upkeep.js';

let store: LineageStore;
beforeAll(async () => {
  store = await lineageStore();
});
afterAll(() => store.drop());

const dayMs = 86_400_000;

test('old dead letters go in one round, however many they are; younger ones stay', async () => {
  await store.database.rows(
    `insert into dead_letter (kind, stream, position, event_id, ordering_key, sender, received_at, body, reason, created_at)
     select 'fold', 0, n, '', 'run:a', 'spec', now(), '', '{}', now() - interval '2 days' * (n % 2)
     from generate_series(1, 5000) n`,
  );
  const stopping = new AbortController();
  const upkeep = keepUp(
    {
      ...{ database: store.database, clock: systemClock, log: pino({ level: 'silent' }) },
      metrics: createMetrics('lineage-integrator'),
      runs: { runsPerJob: 10, keepMs: dayMs },
      deadLettersMs: dayMs,
    },
    stopping.signal,
  );
  const left = () => store.database.rows('select 1 from dead_letter');
  await expect.poll(async () => (await left()).length, { timeout: 10_000 }).toBe(2_500);
  stopping.abort();
  await upkeep;
});
