import { randomUUID } from 'node:crypto';
import { noCounts, type Difference, type RunReport } from '@idaemon/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { file, WritingStore } from '../testing/writing-store.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
beforeEach(async () => {
  await store.clear();
  await store.database.rows('truncate run_report');
});
afterAll(() => store.close());

const report = (): RunReport => ({
  id: randomUUID(),
  connector: 'landing-zone',
  shard: 0,
  epoch: 1,
  mode: 'refresh',
  trigger: 'schedule',
  outcome: 'failed',
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:01.000Z',
  counts: noCounts,
  heldRemovals: 0,
  unread: [],
  unreadCount: 0,
});
const collect = async () => (await store.writer.collectRuns({ limit: 100 })).reports;
const acknowledge = (...reports: Awaited<ReturnType<typeof collect>>) =>
  store.writer.acknowledgeRuns({
    ids: reports.map(({ id }) => id),
    revisions: reports.map(({ revision = '' }) => revision),
  });

describe('run reports', () => {
  it('wait until they are acknowledged, the oldest first', async () => {
    const first = await store.refresh([file('a')]);
    const second = report();
    await store.writer.reportRun({ report: second });
    await store.writer.reportRun({ report: second });
    const [one, two] = await collect();
    expect([one, two]).toMatchObject([first, second]);
    await acknowledge(one!);
    expect(await collect()).toEqual([two]);
    await acknowledge(two!);
    await store.writer.reportRun({ report: second });
    expect(await collect()).toEqual([]);
  });

  it('wait again when a newer one came between collecting and acknowledging', async () => {
    const [first, second] = [report(), report()];
    await store.writer.reportRun({ report: first });
    await store.writer.reportRun({ report: second });
    const collected = await collect();
    const newer: RunReport = { ...first, epoch: 2, outcome: 'succeeded' };
    await store.writer.reportRun({ report: newer });
    await acknowledge(...collected);
    const [waiting, ...others] = await collect();
    expect(waiting).toMatchObject(newer);
    expect(others).toEqual([]);
    await store.writer.acknowledgeRuns({ ids: [first.id] });
    expect(await collect()).toEqual([]);
  });

  it('are as many at a time as fit into one reply', async () => {
    const unread = Array.from({ length: 100 }, () => ({ what: 'x'.repeat(1_000), reason: 'denied' }));
    for (let count = 0; count < 6; count += 1)
      await store.writer.reportRun({ report: { ...report(), unread } });
    expect((await collect()).length).toBeGreaterThan(1);
    expect(Buffer.byteLength(JSON.stringify(await collect()))).toBeLessThan(512 * 1024);
  });
});

const all = async (runId: string, pageSize = 3, change?: Difference['change']) => {
  const items: string[] = [];
  let total = 0;
  for (let cursor: string | undefined; ;) {
    const page = await store.writer.runDifferences({ runId, pageSize, cursor, change });
    items.push(...page.items.map((one) => `${one.change} ${one.qualifiedName} ${one.detail ?? ''}`.trim()));
    total = page.total;
    if (page.next === null) return { items, total };
    cursor = page.next;
  }
};
const files = (count: number) => Array.from({ length: count }, (_, index) => file(`f${index}`));

describe('the differences of a run', () => {
  it('are what it created, changed, removed and could not write, page by page', async () => {
    await store.refresh(files(5));
    const changed = { ...file('f1', { sourceKey: 'k' }), properties: { name: 'x', description: 'y' } };
    const { id } = await store.refresh([
      file('f0'),
      changed,
      file('new'),
      { ...file('bad'), properties: { nme: 1 } },
    ]);
    const { items, total } = await all(id, 2);
    expect(total).toBe(6);
    expect(items.sort().map((text) => text.replace(/(failed bad).*/, '$1'))).toEqual([
      'created new',
      'failed bad',
      'removed f2',
      'removed f3',
      'removed f4',
      'updated f1 description, name',
    ]);
    expect(await all(id, 2, 'removed')).toMatchObject({ total: 3 });
  });

  it('stay the same when later runs change the same elements', async () => {
    const first = await store.refresh(files(3));
    const second = await store.refresh([...files(2), { ...file('f2'), properties: { name: 'x' } }]);
    await store.refresh([file('f0'), { ...file('f1'), properties: { name: 'y' } }]);
    expect((await all(first.id)).items.sort()).toEqual(['created f0', 'created f1', 'created f2']);
    expect(await all(second.id)).toEqual({ items: ['updated f2 name'], total: 1 });
  });
});

describe('a connector that was deleted', () => {
  it('leaves its elements, or takes them along when asked, but never those of others', async () => {
    await store.refresh([file('mine'), file('f')]);
    await store.refresh([file('theirs')], { connector: 'other' });
    const request = { connector: 'landing-zone', changedBy: 'anna' };
    expect(await store.writer.removeConnector({ ...request, elements: 'keep' })).toMatchObject({
      removed: 0,
    });
    expect(await store.names()).toEqual(['f', 'mine', 'theirs']);
    await store.refresh([file('mine'), file('f')]);
    expect(await store.writer.removeConnector({ ...request, elements: 'remove' })).toMatchObject({
      removed: 2,
    });
    expect(await store.names()).toEqual(['theirs']);
    const rows = await store.database.rows('select ended_by, is_removal from element_history');
    expect(rows).toEqual([
      { ended_by: 'anna', is_removal: true },
      { ended_by: 'anna', is_removal: true },
    ]);
    expect(await store.writer.removeConnector({ ...request, elements: 'remove' })).toMatchObject({
      removed: 0,
    });
  });

  it('may lose its elements later, but for those that others have adopted, however often it was deleted', async () => {
    const request = { connector: 'landing-zone', changedBy: 'anna' };
    await store.refresh([file('a'), file('b'), file('c')]);
    await store.writer.removeConnector({ ...request, elements: 'keep' });
    await store.refresh([file('b')]);
    expect(await store.names()).toEqual(['a', 'b', 'c']);
    await store.writer.removeConnector({ ...request, elements: 'keep' });
    await store.refresh([file('c')], { connector: 'heir', source: 'landing-zone' });
    expect(await store.writer.removeConnector({ ...request, elements: 'remove' })).toEqual({
      removed: 2,
      isDone: true,
    });
    expect(await store.names()).toEqual(['c']);
    expect(await store.database.rows('select connector, shard from sweep_scope')).toEqual([
      { connector: 'heir', shard: 0 },
    ]);
  });

  it('is removed in steps as small as asked for, and the run that asks lists what it removed', async () => {
    await store.refresh(files(5));
    const runId = randomUUID();
    const step = () =>
      store.writer.removeConnector({
        ...{ connector: 'landing-zone', changedBy: 'anna', elements: 'remove' as const },
        ...{ runId, limit: 2 },
      });
    expect(await step()).toEqual({ removed: 2, isDone: false });
    expect(await store.names()).toHaveLength(3);
    expect(await step()).toEqual({ removed: 2, isDone: false });
    expect(await step()).toEqual({ removed: 1, isDone: true });
    expect(await step()).toEqual({ removed: 0, isDone: true });
    expect(await all(runId)).toMatchObject({ total: 5 });
    expect((await all(runId)).items).toContain('removed f0');
  });
});
