import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConnectorStates } from './reading/connector-state.js';
import { file, WritingStore } from './testing/writing-store.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
beforeEach(() => store.clear());
afterAll(() => store.close());

const removal = { maxPercent: 100, minElements: 100 };

describe('the shards of a connector', () => {
  it('sweep only what they have catalogued themselves', async () => {
    await store.refresh([file('a'), file('c')], { shard: 0, removal });
    await store.refresh([file('b')], { shard: 1, removal });
    await store.refresh([file('a')], { shard: 0, removal });
    expect(await store.names()).toEqual(['a', 'b']);
    await store.refresh([], { shard: 1, removal });
    expect(await store.names()).toEqual(['a']);
  });

  it('refresh at the same time', async () => {
    const both = [await store.begin({ shard: 0 }), await store.begin({ shard: 1 })];
    await both[0]?.write([file('a')]);
    await both[1]?.write([file('b')]);
    for (const session of both) await session.complete();
    for (const session of both) expect((await session.commit()).outcome).toBe('succeeded');
    expect(await store.names()).toEqual(['a', 'b']);
  });

  it('keep an element that another one lists now, though nothing of it has changed', async () => {
    await store.refresh([file('a'), file('b')], { shard: 0, removal });
    await store.refresh([file('b')], { shard: 1, removal });
    const { b } = await store.elements();
    await store.refresh([file('a')], { shard: 0, removal });
    expect((await store.elements()).b?.guid).toBe(b?.guid);
  });

  it('have claims and state of their own', async () => {
    const [first, second] = [await store.fence('landing-zone', 0), await store.fence('landing-zone', 1)];
    await store.writer.putState({ fence: first, key: 'cursor', value: 1 });
    await store.writer.putState({ fence: second, key: 'cursor', value: 2 });
    await store.claim('landing-zone', 1);
    await expect(store.writer.putState({ fence: second, key: 'cursor', value: 3 })).rejects.toMatchObject({
      code: 'ownership-lost',
    });
    const states = new ConnectorStates(store.database);
    const of = async (shard: number) =>
      (await states.get({ connector: 'landing-zone', shard, key: 'cursor' })).value;
    expect([await of(0), await of(1)]).toEqual([1, 2]);
  });
});
