import { NotAuthorizedError, SystemUnavailableError } from '@idaemon/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { streamCount } from '../log/append-events.js';
import { lineageStore, type LineageStore } from '../testing/lineage-store.js';
import { dispatchOf, nameOf, type Dispatch, type Listening } from '../testing/listening.js';
import { runEvent } from '../testing/made-events.js';
import { requestReplay } from './replay-rows.js';
import { listSubscriptions } from './subscription-list.js';

let store: LineageStore;
let dispatch: Dispatch;
const listenings: Listening[] = [];
beforeEach(async () => {
  store = await lineageStore();
  dispatch = dispatchOf(store);
});
afterEach(async () => {
  await Promise.all(listenings.splice(0).map(({ stop }) => stop()));
  await store.drop();
});

const listen: Dispatch['listen'] = (...args) => {
  const listening = dispatch.listen(...args);
  listenings.push(listening);
  return listening;
};
const runs = (count: number, times = 1) =>
  Array.from({ length: times }, (_, at) =>
    Array.from({ length: count }, (_, run) => runEvent({ run: run + 1, at })),
  ).flat();
const saved = async () => {
  const rows = await store.database.rows<{ behind: string }>(
    `select t.position - s.position as behind from subscription s join stream t using (stream)`,
  );
  return rows.length > 0 && rows.every(({ behind }) => Number(behind) === 0);
};
const untilSaved = () => expect.poll(saved, { timeout: 10_000 }).toBe(true);

describe('a listener', () => {
  it('is handed every event once, those of a run in their order, and goes on from there', async () => {
    await store.log(...runs(20, 5));
    const first = listen(undefined, { batch: 7, concurrency: 3 });
    await untilSaved();
    await first.stop();
    expect(first.handed.toSorted()).toEqual(
      runs(20, 5)
        .map(({ run, eventTime }) => `${Number(run.runId.slice(-12))}.${Number(eventTime.slice(17, 19))}`)
        .toSorted(),
    );
    for (let run = 1; run <= 20; run++) {
      const times = first.handed.filter((name) => name.startsWith(`${run}.`));
      expect(times).toEqual(times.toSorted());
    }
    await store.log(runEvent({ run: 1, at: 9 }));
    const second = listen();
    await expect.poll(() => second.handed).toEqual(['1.9']);
  });

  it('hands on what it was told to match, and moves past the rest', async () => {
    await store.log(runEvent({ run: 1, job: 'shop.load' }), runEvent({ run: 2, job: 'other' }));
    const { handed } = listen(undefined, { match: { jobNames: ['shop.*'] } });
    await untilSaved();
    expect(handed).toEqual(['1.0']);
  });

  it('begins with what is to come when it is told so', async () => {
    await store.log(runEvent({ run: 1 }));
    const { handed } = listen(undefined, { from: 'now' });
    await untilSaved();
    await store.log(runEvent({ run: 2 }));
    await expect.poll(() => handed).toEqual(['2.0']);
  });

  it('keeps what one connector publishes for the others', async () => {
    const { handed } = listen();
    const { openLineage, stop } = dispatch.context('publisher');
    await openLineage.publish(runEvent({ run: 3 }));
    await openLineage.publish(JSON.stringify(runEvent({ run: 3 })));
    await expect.poll(() => handed).toEqual(['3.0']);
    await expect(openLineage.publish('{"no":"event"}')).rejects.toThrow('malformed');
    stop();
  });

  it('is not held back by another one that is slow or fails', async () => {
    await store.log(...runs(30));
    const slow = listen(() => new Promise(() => undefined), { connector: 'slow' });
    const failing = listen(() => Promise.reject(new SystemUnavailableError('Marquez')), {
      connector: 'failing',
    });
    const good = listen(undefined, { connector: 'good' });
    await expect.poll(() => good.handed.length).toBe(30);
    expect([...slow.handed, ...failing.handed]).toEqual([]);
    listenings.splice(listenings.indexOf(slow), 1);
  });

  it('shares the streams among the parts of a connector', async () => {
    await store.log(...runs(40));
    const parts = [0, 1, 2].map((shard) => listen(undefined, { shard, shards: 3 }));
    await untilSaved();
    const handed = parts.flatMap((part) => part.handed);
    expect(handed.length).toBe(40);
    expect(new Set(handed).size).toBe(40);
    expect(parts.every((part) => part.handed.length > 0)).toBe(true);
  });
});

describe('a failing event', () => {
  const isRun = (run: number) => (events: readonly Parameters<typeof nameOf>[0][]) =>
    events.some((event) => nameOf(event).startsWith(`${run}.`));

  it('holds back only its own key, which goes on in order once it is taken', async () => {
    await store.log(...runs(10, 3));
    let isBroken = true;
    let tries = 0;
    const { handed } = listen(
      (events) => {
        if (!isRun(4)(events)) return;
        tries += 1;
        if (isBroken) throw new Error('refused');
      },
      { batch: 5 },
    );
    await expect.poll(() => handed.filter((name) => !name.startsWith('4.')).length).toBe(27);
    await expect.poll(() => tries).toBeGreaterThan(1);
    expect(handed.filter((name) => name.startsWith('4.'))).toEqual([]);
    isBroken = false;
    await expect.poll(() => handed.filter((name) => name.startsWith('4.'))).toEqual(['4.0', '4.1', '4.2']);
    await store.log(runEvent({ run: 4, at: 7 }));
    await expect.poll(() => handed.at(-1)).toBe('4.7');
    expect(await store.database.rows('select 1 from dead_letter')).toEqual([]);
  });

  it('stays held for who takes over, and is given up at last with its reason', async () => {
    await store.log(...runs(3, 2));
    const refuse = (events: readonly Parameters<typeof nameOf>[0][]) => {
      if (events.some((event) => nameOf(event) === '2.0')) throw new Error('no such job');
    };
    const first = listen(refuse);
    await untilSaved();
    await first.stop();
    const second = listen(refuse, { epoch: 2 });
    await expect.poll(() => second.handed).toEqual(['2.1']);
    const letters = await store.database.rows(
      `select kind, connector, attempts, reason->>'message' as message, convert_from(body, 'utf8') as body from dead_letter`,
    );
    expect(letters).toEqual([
      {
        ...{ kind: 'dispatch', connector: 'http-out', attempts: 3 },
        message: 'http-out failed with this event: no such job',
        body: JSON.stringify(runEvent({ run: 2 })),
      },
    ]);
    expect(await store.database.rows('select 1 from parked')).toEqual([]);
  });

  it('is never given up while its destination is away, nor are many parked for that', async () => {
    await store.log(...runs(200));
    let isAway = true;
    const { handed } = listen(() => {
      if (isAway) throw new SystemUnavailableError('Marquez');
    });
    await expect
      .poll(async () => (await store.database.rows('select 1 from parked')).length)
      .toBeGreaterThan(2);
    expect((await store.database.rows('select 1 from parked')).length).toBeLessThan(20);
    isAway = false;
    await expect.poll(() => handed.length, { timeout: 15_000 }).toBeGreaterThan(180);
    expect(await store.database.rows('select 1 from dead_letter')).toEqual([]);
  });

  it('ends the listening when a person must act, and nothing moves', async () => {
    await store.log(runEvent());
    const { ended } = listen(() => Promise.reject(new NotAuthorizedError('Marquez refuses the key')));
    await expect(ended).rejects.toThrow('Marquez refuses the key');
    expect(await saved()).toBe(false);
    expect(await store.database.rows('select 1 from parked')).toEqual([]);
  });
});

describe('a newer owner', () => {
  it('ends the older one at its next move, which moves nothing', async () => {
    await store.log(runEvent({ run: 1 }));
    const old = listen(undefined, { epoch: 1 });
    await untilSaved();
    const newer = listen(undefined, { epoch: 2 });
    await expect
      .poll(() => store.database.rows(`select 1 from subscription where epoch = 2`))
      .toHaveLength(streamCount);
    await store.log(runEvent({ run: 2 }));
    await expect(old.ended).rejects.toMatchObject({ code: 'ownership-lost', epoch: 2 });
    await untilSaved();
    expect(newer.handed).toEqual(['2.0']);
    await expect(listen(undefined, { epoch: 1 }).ended).rejects.toMatchObject({ code: 'ownership-lost' });
  });
});

describe('events that retention has removed', () => {
  it('are a visible gap of who had stopped for too long', async () => {
    await store.log(...runs(8));
    const first = listen();
    await untilSaved();
    await first.stop();
    await store.log(...runs(8, 2).slice(8));
    await store.database.rows(`update stream set removed_to = position`);
    await store.database.rows(`delete from event`);
    const second = listen(undefined, { epoch: 2 });
    await expect
      .poll(() => second.warnings.join())
      .toContain('removed events before this connector had read them');
    const [subscription] = await listSubscriptions(store.database);
    expect(subscription?.gap).toMatchObject({ positions: 8 });
    expect(subscription).toMatchObject({ backlog: 0, parked: 0 });
  });
});

it('a connector that listens is not forgotten since nothing comes', async () => {
  listen();
  const quiet = `select 1 from subscription where moved_at < now() - interval '90 days'`;
  await expect.poll(() => store.database.rows('select 1 from subscription')).toHaveLength(streamCount);
  await store.database.rows(`update subscription set moved_at = now() - interval '91 days'`);
  expect(await store.database.rows(quiet)).not.toEqual([]);
  await expect.poll(() => store.database.rows(quiet), { timeout: 5_000 }).toEqual([]);
});

describe('a replay', () => {
  it('hands over once more what fits, beside the cursor', async () => {
    await store.log(...runs(6, 2));
    const { handed } = listen();
    await untilSaved();
    handed.length = 0;
    const match = { runIds: [runEvent({ run: 5 }).run.runId] };
    const request = { connector: 'http-out', match, requestedBy: 'spec' };
    expect(await requestReplay(store.database, request)).toBe(12);
    await expect.poll(() => handed).toEqual(['5.0', '5.1']);
    await expect.poll(() => store.database.rows('select 1 from replay')).toEqual([]);
    await store.database.rows(`update event set received_at = now() - interval '1 hour'`);
    const later = { ...request, match: {}, from: new Date(Date.now() - 60_000) };
    expect(await requestReplay(store.database, later)).toBe(0);
    expect(await requestReplay(store.database, { ...request, connector: 'nobody' })).toBeUndefined();
  });

  it('begins with the events received since a time', async () => {
    await store.log(...runs(30, 2));
    const { handed } = listen();
    await untilSaved();
    handed.length = 0;
    await store.database.rows(
      `update event set received_at = now() - interval '1 hour' where convert_from(body, 'utf8') like '%:00.000Z%'`,
    );
    const from = new Date(Date.now() - 60_000);
    await requestReplay(store.database, { connector: 'http-out', match: {}, from, requestedBy: 'spec' });
    await expect.poll(() => handed.length).toBe(30);
    await expect.poll(() => store.database.rows('select 1 from replay')).toEqual([]);
    expect(handed.every((name) => name.endsWith('.1'))).toBe(true);
    expect(handed.length).toBe(30);
  });
});
