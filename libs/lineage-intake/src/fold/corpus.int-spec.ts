import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { foldEvents, readEvent } from '@idaemon/open-lineage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { foldAll, foldWorker } from '../testing/fold-all.js';
import { lineageStore, type LineageStore } from '../testing/lineage-store.js';

const folder = fileURLToPath(new URL('../../../open-lineage/__fixtures__/corpus/', import.meta.url));
const lines = readdirSync(folder)
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) => readFileSync(`${folder}${name}`, 'utf8').split('\n'))
  .filter(Boolean)
  .flatMap((line) => (JSON.parse(line) as { event: object | object[] }).event)
  .map((event) => JSON.stringify(event));

let store: LineageStore;
beforeAll(async () => {
  store = await lineageStore();
});
afterAll(() => store.drop());

it('folds what real producers have sent into the rows that the events say', async () => {
  for (let start = 0; start < lines.length; start += 40) await store.log(...lines.slice(start, start + 40));
  await foldAll(store, foldWorker(store, { events: 11, bytes: 64 * 1024 }));
  const { jobs, runs, datasets } = foldEvents(lines.map((line) => readEvent(Buffer.from(line))));
  expect(await rowsOf('job')).toEqual(Object.fromEntries(jobs));
  expect(await rowsOf('run')).toEqual(Object.fromEntries(runs));
  expect(await rowsOf('dataset')).toEqual(Object.fromEntries(datasets));
  expect(await store.database.rows('select 1 from dead_letter')).toEqual([]);
});

async function rowsOf(table: string): Promise<Record<string, unknown>> {
  const rows = await store.database.rows<{ key: string; known: unknown }>(`select key, known from ${table}`);
  return Object.fromEntries(rows.map(({ key, known }) => [key, known]));
}
