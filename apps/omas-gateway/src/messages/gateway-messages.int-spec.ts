import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  contentHash,
  events,
  gatewayMessages,
  metadataMessages,
  sessionMessages,
  type ElementWrite,
} from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { freshDatabase, natsUrl } from '../../../../tools/launcher/testing.mjs';
import { startGateway, type RunningGateway } from '../embedded/testing/running-gateway.js';

/** Others test on the same NATS server. */
const gateway = `spec-${randomUUID().slice(0, 8)}`;
const other = `${gateway}-other`;
const source = { qualifiedName: 'landing-zone', displayName: 'Landing zone' };
const fence = { connector: 'landing-zone', shard: 0, epoch: 1 };
const permissions = { service: 'files-integrator', source, synchronization: 'from-third-party' } as const;
const removal = { maxPercent: 5, minElements: 10 };

let database: Awaited<ReturnType<typeof freshDatabase>>;
let client: Messaging;
let replicas: RunningGateway[];
const heard: { alive: string[]; positions: number[]; reported: string[] } = {
  alive: [],
  positions: [],
  reported: [],
};

beforeAll(async () => {
  database = await freshDatabase();
  client = await Messaging.connect({ url: natsUrl(), name: 'spec-client' });
  client.subscribe(events.gatewayAlive, { gateway }, ({ replica }) => heard.alive.push(replica));
  client.subscribe(events.metadataChanged, { gateway }, ({ position }) => heard.positions.push(position));
  client.subscribe(events.runReported, { gateway }, ({ connector }) => heard.reported.push(connector));
  const postgres = { IDAEMON_POSTGRES_URL: database.url };
  replicas = await Promise.all([
    startGateway({ ...postgres, IDAEMON_GATEWAY: gateway }),
    startGateway({ ...postgres, IDAEMON_GATEWAY: gateway }),
    startGateway({ ...postgres, IDAEMON_GATEWAY: other, IDAEMON_POSTGRES_SCHEMA: 'other_gateway' }),
  ]);
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await client.close();
  await database.drop();
});

function file(name: string, properties: ElementWrite['properties'] = { name }): ElementWrite {
  return { type: 'CSVFile', qualifiedName: `CSVFile::${name}`, properties };
}

/** One refresh over the wire, with all contents at once. */
async function refresh(elements: ElementWrite[]) {
  const { session, replica } = await client.request(
    gatewayMessages.begin,
    { gateway },
    {
      ...permissions,
      fence,
      removal,
      runId: randomUUID(),
      mode: 'refresh',
      trigger: 'request',
      startedAt: new Date().toISOString(),
    },
  );
  const address = { gateway, replica };
  const scope = { session, collection: 'dataFiles', scope: '/' };
  const entries = elements.map((element) => ({
    qualifiedName: element.qualifiedName,
    hash: contentHash(element),
    element,
  }));
  await client.request(sessionMessages.batch, address, { ...scope, number: 0, entries });
  await client.request(sessionMessages.complete, address, scope);
  const reply = await client.request(sessionMessages.commit, address, { session, batches: 1 });
  return reply.state === 'done' ? reply.report : undefined;
}

const elements = (query: object, of = gateway) =>
  client.request(metadataMessages.elements, { gateway: of }, query);

describe('a gateway of two replicas', () => {
  it('says that each of them lives and is ready', async () => {
    const own = replicas.slice(0, 2).map(({ replica }) => replica);
    await expect.poll(() => new Set(heard.alive)).toEqual(new Set(own));
    for (const { readiness } of replicas) expect(await readiness.report()).toMatchObject({ status: 'ready' });
  });

  it('catalogues a refresh, keeps what is wrong as a dead letter, and tells of both', async () => {
    await client.request(gatewayMessages.claim, { gateway }, { ...fence, instanceId: 'i-1' });
    const report = await refresh([file('orders'), file('customers'), file('broken', { nmae: 'x' })]);
    expect(report).toMatchObject({ outcome: 'partial', counts: { created: 2, failed: 1 } });
    expect(await elements({ type: 'DataFile' })).toMatchObject({ total: 2 });
    expect(await elements({ type: 'DataFile' }, other)).toMatchObject({ total: 0 });
    await expect.poll(() => heard.reported).toContain('landing-zone');
    await expect.poll(() => Math.max(...heard.positions)).toBe(2);
  });

  it('is found in by words at once, and read by position of the feed', async () => {
    const found = await client.request(metadataMessages.search, { gateway }, { q: 'ORDERS' });
    expect(found).toMatchObject({ total: 1, items: [{ displayName: 'orders', source: 'landing-zone' }] });
    const changes = await client.request(metadataMessages.changes, { gateway }, { position: 0 });
    expect(changes).toMatchObject({
      position: 2,
      gap: false,
      items: [{ kind: 'created' }, { kind: 'created' }],
    });
  });

  it('writes a dead letter again when it is repaired, once', async () => {
    const { items } = await client.request(metadataMessages.deadLetters, { gateway }, {});
    expect(items).toMatchObject([{ qualifiedName: 'CSVFile::broken', error: { code: 'metadata-invalid' } }]);
    const id = items[0]?.id ?? '';
    const replay = (element?: ElementWrite) =>
      client.request(metadataMessages.replayDeadLetter, { gateway }, { id, element, changedBy: 'ann' });
    expect(await replay()).toMatchObject({
      result: { result: 'refused', error: { code: 'metadata-invalid' } },
    });
    expect(await replay(file('broken'))).toMatchObject({ result: { result: 'created' } });
    await expect(replay(file('broken'))).rejects.toMatchObject({ code: 'not-found' });
    const { items: files } = await elements({ qualifiedName: 'CSVFile::broken' });
    const guid = files[0]?.guid ?? '';
    const history = await client.request(metadataMessages.history, { gateway }, { guid });
    expect(history).toMatchObject({ total: 1, items: [{ version: 1, changedBy: 'ann' }] });
  });

  it('keeps the state of connectors', async () => {
    const key = { connector: 'landing-zone', key: 'cursor' };
    expect(await client.request(gatewayMessages.getState, { gateway }, key)).toEqual({ value: null });
    await client.request(gatewayMessages.putState, { gateway }, { fence, key: 'cursor', value: { at: 7 } });
    expect(await client.request(gatewayMessages.getState, { gateway }, key)).toEqual({ value: { at: 7 } });
  });

  it('answers pages that fit into a message, however large the elements are', async () => {
    const description = 'x'.repeat(100_000);
    const changes = Array.from({ length: 12 }, (_, index) => ({
      operation: 'upsert' as const,
      collection: 'dataSets',
      scope: '/',
      element: { type: 'DataSet', qualifiedName: `DataSet::${index}`, properties: { description } },
    }));
    for (const change of changes) {
      const request = { ...permissions, fence, removal, changes: [change] };
      await client.request(gatewayMessages.change, { gateway }, request);
    }
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await elements({ type: 'DataSet', cursor });
      expect(page.total).toBe(12);
      names.push(...page.items.map(({ qualifiedName }) => qualifiedName));
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(names.sort()).toEqual(changes.map(({ element }) => element.qualifiedName).sort());
  });

  it('refuses a wrong request with the reason, and answers the next one', async () => {
    await expect(elements({ type: 'DataFlie' })).rejects.toMatchObject({ code: 'request-invalid' });
    await expect(elements({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'request-invalid' });
    expect(await elements({ pageSize: 1 })).toMatchObject({ items: [{}] });
  });

  it('counts what it does', async () => {
    const texts = await Promise.all(replicas.slice(0, 2).map(({ metrics }) => metrics.render()));
    const created = texts.flatMap(
      (text) => /element_changes_total\{change="created".*\} (\d+)/.exec(text)?.[1] ?? [],
    );
    expect(created).toEqual(['2']);
    expect(texts.join()).toContain('operation="elements",outcome="request-invalid"');
  });

  it('goes on with one replica when the other stops, and loses no request meanwhile', async () => {
    const asked = Array.from({ length: 40 }, () => elements({ type: 'DataFile' }));
    const stopping = replicas[0]?.stop();
    const more = Array.from({ length: 40 }, () => elements({ type: 'DataFile' }));
    const answers = await Promise.all([...asked, ...more]);
    expect(answers.every(({ total }) => total === 3)).toBe(true);
    await stopping;
    expect(await elements({ type: 'DataFile' })).toMatchObject({ total: 3 });
  });
});
