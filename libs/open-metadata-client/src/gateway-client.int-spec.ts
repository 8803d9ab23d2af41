import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  BusyError,
  ConflictError,
  OwnershipLostError,
  SessionLostError,
  SystemUnavailableError,
  type ElementWrite,
  type RunMode,
} from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { natsUrl } from '../../../tools/launcher/testing.mjs';
import { NatsDoor } from '../../messaging/src/testing/nats-door.js';
import { GatewayClient, type MetadataSession, type Stall } from './index.js';
import { SmallGateway } from './testing/small-gateway.js';

let door: NatsDoor;
let gateway: SmallGateway;
let gatewaySide: Messaging;
let clientSide: Messaging;
let client: GatewayClient;
let run: AbortController;
let skippedMs: number;
let lease: { isValid: boolean };
let stalls: (Stall | null)[];

beforeEach(async () => {
  door = await NatsDoor.open(natsUrl());
  gatewaySide = await Messaging.connect({ url: natsUrl(), name: 'gateway' });
  clientSide = await Messaging.connect({ url: door.url, name: 'client' });
  gateway = new SmallGateway();
  gateway.answer(gatewaySide);
  run = new AbortController();
  skippedMs = 0;
  lease = { isValid: true };
  stalls = [];
  client = new GatewayClient({
    messaging: clientSide,
    gateway: gateway.name,
    fence: { connector: 'landing', shard: 0, epoch: 1 },
    service: 'files-integrator',
    source: { qualifiedName: 'landing', displayName: 'Landing' },
    synchronization: 'from-third-party',
    removal: { maxPercent: 5, minElements: 10 },
    assertOwner: () => {
      if (!lease.isValid) throw new OwnershipLostError('The lease is over');
    },
    onStall: (stall) => stalls.push(stall),
    now: () => performance.now() + skippedMs,
  });
  await client.claim('files-integrator-1', run.signal).catch(() => undefined);
});

afterEach(async () => {
  run.abort();
  await Promise.all([clientSide.close(), gatewaySide.close()]);
  await door.close();
});

function begin(mode: RunMode = 'refresh'): Promise<MetadataSession> {
  const startedAt = new Date();
  return client.begin({ runId: randomUUID(), mode, trigger: 'start', startedAt }, run.signal);
}

const element = (index: number): ElementWrite => ({
  type: 'DataFile',
  qualifiedName: `file ${index}`,
  properties: { displayName: `file ${index}` },
});

async function writeAll(session: MetadataSession, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await session.write('dataFiles', '', element(index));
  await session.complete('dataFiles', '');
}

describe('a session', () => {
  it('writes what is new, completes its scope and commits with its report', async () => {
    gateway.commitRounds = 3;
    const session = await begin();
    await writeAll(session, 3_000);
    await session.unread({ what: 'secret', reason: 'EACCES' }, { collection: 'dataFiles' });
    const report = await session.commit();
    expect(report.counts).toMatchObject({ created: 3_000, unchanged: 0 });
    const [kept] = gateway.sessions.values();
    expect(kept).toMatchObject({ completed: ['dataFiles:'], unread: ['secret'], commits: 3 });
  });

  it('writes nothing twice when an answer is lost', async () => {
    const session = await begin();
    gateway.onBatch = (number) => {
      if (number !== 2) return;
      gateway.onBatch = () => undefined;
      door.shut();
      setTimeout(() => door.reopen(), 300);
    };
    await writeAll(session, 5_000);
    const report = await session.commit();
    expect(report.counts).toMatchObject({ created: 5_000, updated: 0, unchanged: 0 });
    const [kept] = gateway.sessions.values();
    expect(gateway.handled).toBeGreaterThan(kept?.numbers.size ?? Infinity);
  });

  it.each([
    new SystemUnavailableError('Postgres at db:5432'),
    new BusyError('The gateway', { retryAfterMs: 50 }),
  ])('sends a batch again when the gateway answers %o', async (failure) => {
    const session = await begin();
    gateway.failNext = failure;
    await writeAll(session, 10);
    expect((await session.commit()).counts.created).toBe(10);
  });

  it('goes on after NATS was away', async () => {
    const session = await begin();
    await session.write('dataFiles', '', element(1));
    door.shut();
    const completed = session.complete('dataFiles', '');
    await wait(500);
    door.reopen();
    await completed;
    expect((await session.commit()).counts.created).toBe(1);
  });

  it('tells why it does not move, once it has not for some seconds, and that it moves again', async () => {
    let tries = 0;
    gateway.onBatch = () => {
      tries += 1;
      if (tries === 2) skippedMs = 6_000;
      if (tries < 4) gateway.failNext = new SystemUnavailableError('Postgres', { action: 'Free space.' });
    };
    const session = await begin();
    await writeAll(session, 1);
    const stall = {
      error: { code: 'system-unavailable', message: 'Postgres is unavailable', action: 'Free space.' },
    };
    expect(stalls).toMatchObject([stall, stall, null]);
    expect((await session.commit()).counts.created).toBe(1);
  });

  it('ends with the error of a batch that the gateway refuses', async () => {
    const session = await begin();
    gateway.failNext = new OwnershipLostError('A newer claim exists', { epoch: 2 });
    await session.write('dataFiles', '', element(1));
    await expect(session.complete('dataFiles', '')).rejects.toMatchObject({
      code: 'ownership-lost',
      epoch: 2,
    });
    await expect(session.commit()).rejects.toMatchObject({ code: 'ownership-lost' });
  });

  it('is lost when its replica is gone, but not while the replica reconnects', async () => {
    const session = await begin();
    await session.write('dataFiles', '', element(1));
    await gatewaySide.close();
    const completed = session.complete('dataFiles', '').catch((error: unknown) => error);
    await wait(1_000);
    skippedMs = 11_000;
    expect(await completed).toBeInstanceOf(SessionLostError);
  });

  it('is lost when the replica does not know it any more', async () => {
    const session = await begin();
    gateway.sessions.clear();
    await session.write('dataFiles', '', element(1));
    await expect(session.complete('dataFiles', '')).rejects.toBeInstanceOf(SessionLostError);
  });

  it('writes nothing after its lease, neither at first nor when it is repeated', async () => {
    const session = await begin();
    await session.write('dataFiles', '', element(1));
    lease.isValid = false;
    await expect(session.complete('dataFiles', '')).rejects.toMatchObject({ code: 'ownership-lost' });
    expect(gateway.handled).toBe(0);
  });

  it('ends at once with its signal, in the middle of an outage too', async () => {
    const session = await begin();
    door.shut();
    const written = writeAll(session, 10).catch((error: unknown) => error);
    await wait(100);
    run.abort(new Error('The connector was paused'));
    expect(await written).toMatchObject({ message: 'The connector was paused' });
  });

  it('sends what a slow source has given before its batch is full, and keeps itself alive', async () => {
    const session = await begin();
    await session.write('dataFiles', '', element(1));
    await wait(2_300);
    expect(gateway.hashes.has('file 1')).toBe(true);
    skippedMs = 20_000;
    await wait(2_300);
    expect(gateway.keptAlive).toBeGreaterThan(0);
    await session.complete('dataFiles', '');
    await session.commit();
  });

  it('is abandoned with an error and its report, or without', async () => {
    const failed = await (await begin()).abandon(new ConflictError('No'));
    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'conflict' } });
    await expect((await begin()).abandon()).resolves.toBeNull();
    expect(gateway.abandoned).toEqual(['No', 'without an error']);
  });

  it('is not begun while the gateway is away, and waits while it is busy', async () => {
    await gatewaySide.close();
    await expect(begin()).rejects.toMatchObject({ reason: 'no-responders' });
  });
});

describe('a single change', () => {
  it('of a plan is listed in it, or refused, and never written', async () => {
    const session = await begin('plan');
    const upsert = { operation: 'upsert', collection: 'dataFiles', scope: '', element: element(1) } as const;
    expect(await session.change(upsert)).toEqual({ result: 'unchanged', guid: null });
    const file = (qualifiedName: string) => ({ type: 'DataFile', qualifiedName });
    const [end1, end2] = [file('file 1'), file('file 2')];
    const relate = { operation: 'relate', type: 'DataSetContent', end1, end2, properties: {} } as const;
    await expect(session.change(relate)).rejects.toMatchObject({
      message: 'A plan cannot show the single change "relate"; nothing was written',
      action: expect.stringContaining('Refresh instead') as string,
    });
    expect((await session.commit()).counts.created).toBe(1);
    expect(gateway.changes).toEqual([]);
  });

  it('answers its result, a refusal too', async () => {
    const port = client.port(run.signal);
    const upsert = { operation: 'upsert', collection: 'dataFiles', scope: '', element: element(1) } as const;
    const remove = {
      operation: 'remove',
      collection: 'dataFiles',
      element: { type: 'DataFile', qualifiedName: 'other' },
      recursive: true,
    } as const;
    await expect(port.change(upsert)).resolves.toMatchObject({ result: 'created' });
    await expect(port.change(remove)).resolves.toMatchObject({ result: 'refused' });
  });

  it('is repeated through an outage, in its order', async () => {
    const port = client.port(run.signal);
    door.shut();
    const changes = Array.from({ length: 50 }, (_, index) =>
      port.change({ operation: 'upsert', collection: 'dataFiles', scope: '', element: element(index) }),
    );
    await wait(300);
    door.reopen();
    await Promise.all(changes);
    const names = gateway.changes.map((change) =>
      change.operation === 'upsert' ? change.element.qualifiedName : '',
    );
    expect(names).toEqual(Array.from({ length: 50 }, (_, index) => `file ${index}`));
  });
});

describe('looking up', () => {
  it('finds all pages and single elements', async () => {
    for (let index = 0; index < 1_234; index += 1) gateway.hashes.set(`file ${index}`, 'x');
    const port = client.port(run.signal);
    let found = 0;
    for await (const one of port.find({ type: 'DataFile' })) found += one.qualifiedName ? 1 : 0;
    expect(found).toBe(1_234);
    await expect(port.resolve({ type: 'DataFile', qualifiedName: 'file 7' })).resolves.toMatchObject({
      qualifiedName: 'file 7',
    });
    await expect(port.resolve({ type: 'DataFile', qualifiedName: 'none' })).resolves.toBeNull();
  });
});

describe('state', () => {
  it('is kept by key', async () => {
    const state = client.state(run.signal);
    await expect(state.get('cursor')).resolves.toBeUndefined();
    await state.put('cursor', { position: 7 });
    await expect(state.get('cursor')).resolves.toEqual({ position: 7 });
    await expect(state.put('refused', 1)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is a cursor, not data', async () => {
    const state = client.state(run.signal);
    await expect(state.put('all', 'x'.repeat(70_000))).rejects.toThrow('more than 65536');
  });
});

it('knows a newer claim', async () => {
  gateway.newestEpoch = 5;
  await expect(client.claim('files-integrator-1', run.signal)).rejects.toMatchObject({ epoch: 5 });
});
