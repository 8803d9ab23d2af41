import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WritingStore } from '../testing/writing-store.js';
import { assertOwner } from './fence.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
afterAll(() => store.close());

const claim = (connector: string, epoch: number, instanceId = `instance-${epoch}`) =>
  store.writer.claim({ connector, shard: 0, epoch, instanceId });
const fence = (connector: string, epoch: number) => ({ connector, shard: 0, epoch });

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  const resolvers: (() => void)[] = [];
  const promise = new Promise<void>((resolve) => resolvers.push(resolve));
  return { promise, resolve: () => resolvers.forEach((resolve) => resolve()) };
}

describe('a claim', () => {
  it('only grows', async () => {
    await claim('grows', 3);
    await expect(claim('grows', 2)).rejects.toMatchObject({ code: 'ownership-lost', epoch: 3 });
    await expect(claim('grows', 3, 'somebody-else')).rejects.toMatchObject({
      code: 'ownership-lost',
      epoch: 3,
    });
    expect(await claim('grows', 3)).toEqual({ epoch: 3 });
    expect(await claim('grows', 10)).toEqual({ epoch: 10 });
  });

  it('of which there are two at a time has one winner', async () => {
    const both = await Promise.allSettled([claim('race', 1, 'one'), claim('race', 1, 'two')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is confirmed as long as it is the newest', async () => {
    await claim('kept', 1);
    await claim('lost', 1);
    await claim('lost', 2);
    const claims = [fence('kept', 1), fence('lost', 1), fence('never', 1)];
    expect(await store.writer.confirm({ claims })).toEqual({ lost: [fence('lost', 1), fence('never', 1)] });
    expect(await store.writer.confirm({ claims: [] })).toEqual({ lost: [] });
  });

  it('waits for the writes of the older owner that are under way', async () => {
    await claim('busy', 1);
    const order: string[] = [];
    const { promise: finished, resolve: finish } = withResolver();
    const { promise: holds, resolve: hold } = withResolver();
    const writing = store.database.transaction(async (sql) => {
      await assertOwner(sql, fence('busy', 1));
      hold();
      await finished;
      order.push('written');
    });
    await holds;
    const next = claim('busy', 2).then(() => order.push('claimed'));
    finish();
    await Promise.all([writing, next]);
    expect(order).toEqual(['written', 'claimed']);
  });
});

describe('the state of a connector', () => {
  it('is kept for its newest owner only', async () => {
    await claim('cursor', 1);
    const put = (epoch: number, value: unknown) =>
      store.writer.putState({ fence: fence('cursor', epoch), key: 'position', value: value as string });
    await put(1, 'one');
    await claim('cursor', 2);
    await expect(put(1, 'late')).rejects.toMatchObject({ code: 'ownership-lost' });
    await put(2, 'two');
    expect(await store.database.rows('select value from connector_state')).toEqual([{ value: 'two' }]);
    await expect(put(2, 'x'.repeat(70_000))).rejects.toMatchObject({ code: 'payload-too-large' });
  });
});
