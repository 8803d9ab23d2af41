import { lineageMessages } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshNats } from '../../../../tools/launcher/testing.mjs';
import { foldAll } from '../testing/fold-all.js';
import { lineageStore, type LineageStore } from '../testing/lineage-store.js';
import { dispatchOf, nameOf } from '../testing/listening.js';
import { runEvent, runIdOf } from '../testing/made-events.js';
import { answerRequests } from './answer-requests.js';

let store: LineageStore;
let messaging: Messaging;
let nats: Awaited<ReturnType<typeof freshNats>>;
beforeAll(async () => {
  nats = await freshNats();
});
afterAll(() => nats.drop());
beforeEach(async () => {
  store = await lineageStore();
  messaging = await Messaging.connect({ url: nats.url, name: 'spec' });
  answerRequests(messaging, store.database, () => undefined);
});
afterEach(async () => {
  await messaging.close();
  await store.drop();
});

const ask = {
  list: (query = {}) => messaging.request(lineageMessages.deadLetters, {}, query),
  get: (id: string) => messaging.request(lineageMessages.deadLetter, {}, { id }),
  replay: (id: string, body?: string) =>
    messaging.request(lineageMessages.replayDeadLetter, {}, { id, body, changedBy: 'ann' }),
  discard: (id: string) => messaging.request(lineageMessages.discardDeadLetter, {}, { id, changedBy: 'ann' }),
};

async function refusedByFold(): Promise<string> {
  await store.log(runEvent({ run: 1 }));
  await store.database.rows(`update event set body = '{"no":"event"}'`);
  await foldAll(store);
  const [letter] = (await ask.list()).items;
  return letter?.id ?? '';
}

/** The dead letter of a connector, whose event was handed over once more and waits for its last try. */
async function alsoParked({ isDue = false } = {}): Promise<{ id: string }> {
  const dispatch = dispatchOf(store);
  await store.log(runEvent({ run: 2 }));
  const { stop } = dispatch.listen(() => {
    throw new Error('no such job');
  });
  await expect.poll(async () => (await ask.list()).total, { timeout: 5_000 }).toBe(1);
  await stop();
  await store.database.rows(
    `insert into parked (connector, stream, position, ordering_key, sender, received_at, body, attempts, next_try_at)
     select connector, stream, position, ordering_key, sender, received_at, body, 2,
       case when $1 then now() else now() + interval '1 hour' end from dead_letter`,
    [isDue],
  );
  return { id: (await ask.list()).items[0]?.id ?? '' };
}

describe('the dead letters of events', () => {
  it('are shown with their reason and exact text, repaired and folded', async () => {
    const id = await refusedByFold();
    const letter = await ask.get(id);
    expect(letter).toMatchObject({
      ...{ kind: 'event', connector: 'lineage-intake', qualifiedName: `run:${runIdOf(1)}` },
      ...{
        error: { code: 'request-invalid' },
        event: { stage: 'fold', sender: 'spec', body: '{"no":"event"}' },
      },
    });
    await expect(ask.replay(id)).rejects.toThrow('malformed');
    await expect(ask.replay(id, '{"still":"none"}')).rejects.toThrow('malformed');
    expect(await ask.replay(id, JSON.stringify(runEvent({ run: 1 })))).toEqual({ result: 'folded' });
    expect(await store.database.rows('select 1 from run')).toHaveLength(1);
    expect((await ask.list()).total).toBe(0);
  });

  it('go back to the connector that refused them, as they were or repaired', async () => {
    const dispatch = dispatchOf(store);
    await store.log(runEvent({ run: 1 }), runEvent({ run: 2 }));
    let isBroken = true;
    const { handed, stop } = dispatch.listen((events) => {
      if (isBroken && events.some((event) => nameOf(event).startsWith('2.'))) throw new Error('no such job');
    });
    await expect.poll(async () => (await ask.list({ connector: 'http-out' })).total).toBe(1);
    const [letter] = (await ask.list({ connector: 'http-out' })).items;
    isBroken = false;
    const repaired = JSON.stringify(runEvent({ run: 2, at: 30 }));
    expect(await ask.replay(letter?.id ?? '', repaired)).toEqual({ result: 'queued' });
    await expect.poll(() => handed).toEqual(['1.0', '2.30']);
    await expect.poll(() => store.database.rows('select 1 from parked')).toEqual([]);
    await stop();
  });

  it('keep their repair when the same event waits already', async () => {
    const { id } = await alsoParked();
    const repaired = JSON.stringify(runEvent({ run: 2, at: 30 }));
    expect(await ask.replay(id, repaired)).toEqual({ result: 'queued' });
    const rows = await store.database.rows<{ body: Buffer; attempts: number; isDue: boolean }>(
      `select body, attempts, next_try_at <= now() as "isDue" from parked`,
    );
    expect(rows).toEqual([{ body: Buffer.from(repaired), attempts: 0, isDue: true }]);
  });

  it('keep their repair when it comes while the same event is tried for the last time', async () => {
    const { id } = await alsoParked({ isDue: true });
    let isTried = false;
    let repair: () => void = () => undefined;
    const repaired = new Promise<void>((resolve) => (repair = resolve));
    const { handed, stop } = dispatchOf(store).listen(async (events) => {
      if (!events.some((event) => nameOf(event) === '2.0')) return;
      isTried = true;
      await repaired;
      throw new Error('no such job');
    });
    await expect.poll(() => isTried).toBe(true);
    await ask.replay(id, JSON.stringify(runEvent({ run: 2, at: 30 })));
    repair();
    await expect.poll(() => handed).toContain('2.30');
    await expect.poll(() => store.database.rows('select 1 from parked')).toEqual([]);
    expect((await ask.list()).total).toBe(0);
    await stop();
  });

  it('are listed newest first in pages, and discarded', async () => {
    await store.log(...[1, 2, 3].map((run) => runEvent({ run })));
    await store.database.rows(`update event set body = '{"no":"event"}'`);
    await foldAll(store);
    const first = await ask.list({ pageSize: 2 });
    const rest = await ask.list({ pageSize: 2, cursor: first.next });
    expect([first.items.length, first.total, rest.items.length, rest.next]).toEqual([2, 3, 1, null]);
    const ids = [...first.items, ...rest.items].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) await ask.discard(id);
    await expect(ask.discard(ids[0] ?? '')).rejects.toMatchObject({ code: 'not-found' });
    expect((await ask.list()).total).toBe(0);
  });

  it('of a connector that is gone can only be discarded', async () => {
    const id = await refusedByFold();
    await store.database.rows(`update dead_letter set kind = 'dispatch', connector = 'gone'`);
    await expect(ask.replay(id)).rejects.toMatchObject({ code: 'not-found' });
    expect((await ask.list({ connector: 'gone' })).total).toBe(1);
  });
});

describe('the subscriptions', () => {
  it('tell how far each connector is, and take a replay of a run', async () => {
    const dispatch = dispatchOf(store);
    await store.log(runEvent({ run: 1 }), runEvent({ run: 2 }));
    const { handed, stop } = dispatch.listen();
    await expect.poll(() => handed.length).toBe(2);
    const subscriptions = () => messaging.request(lineageMessages.subscriptions, {}, {});
    await expect
      .poll(async () => (await subscriptions()).items)
      .toMatchObject([
        {
          connector: 'http-out',
          backlog: 0,
          oldestAt: null,
          parked: 0,
          deadLetters: 0,
          replaying: 0,
          gap: null,
        },
      ]);
    const replay = { connector: 'http-out', runId: runIdOf(2), changedBy: 'ann' };
    expect((await messaging.request(lineageMessages.replay, {}, replay)).positions).toBe(2);
    await expect.poll(() => handed.slice(2)).toEqual(['2.0']);
    const unknown = { connector: 'nobody', changedBy: 'ann' };
    await expect(messaging.request(lineageMessages.replay, {}, unknown)).rejects.toMatchObject({
      code: 'not-found',
    });
    await stop();
  });
});
