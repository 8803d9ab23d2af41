import { randomUUID } from 'node:crypto';
import { lineageMessages, metadataMessages, NotFoundError, toWireError } from '@idaemon/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDaemon, type DaemonApp } from '../testing/daemon-app.js';
import { restClient } from '../testing/rest-client.js';

let daemon: DaemonApp;
let send: ReturnType<typeof restClient>;
const asked: Record<string, unknown[]> = {};
const at = { gateway: 'default' };
const page = <T>(...items: T[]) => ({ items, total: items.length, next: null });

function note(operation: string, request: unknown): void {
  (asked[operation] ??= []).push(request);
}

beforeAll(async () => {
  daemon = await startDaemon();
  send = restClient(daemon);
});
afterAll(() => daemon.close());

describe('dead letters of the lineage log', () => {
  const id = randomUUID();
  const letter = (of: string, kind: 'element' | 'event') => ({
    ...{ id: of, kind, connector: 'landing', runId: null, at: '2026-01-01T00:00:00.000Z' },
    ...{ qualifiedName: `${kind} ${of}`, error: toWireError(new NotFoundError('Not there')) },
  });
  const idsOf = ({ items }: Record<string, unknown>) => (items as { id: string }[]).map((item) => item.id);

  test('are listed behind those of the gateway, which answers alone where there is no such log', async () => {
    const { messaging } = daemon;
    messaging.respond(metadataMessages.deadLetters, at, async ({ pageSize }) => ({
      ...{ items: [letter('7', 'element'), letter('6', 'element')].slice(0, pageSize) },
      ...{ total: 2, next: pageSize < 2 ? 'more' : null },
    }));
    expect(idsOf((await send('get', '/api/dead-letters')).body)).toEqual(['7', '6']);
    const refused = await send('get', '/api/dead-letters', { query: { kind: 'event' } });
    expect(refused.body).toMatchObject({ status: 503 });

    messaging.respond(lineageMessages.deadLetters, {}, async (request) => {
      note('events', request);
      return page(letter(id, 'event'));
    });
    const all = (await send('get', '/api/dead-letters', { query: { connector: 'landing' } })).body;
    expect([idsOf(all), all.total, all.next]).toEqual([['7', '6', id], 3, null]);
    expect(asked.events?.at(-1)).toMatchObject({ connector: 'landing' });
    const first = (await send('get', '/api/dead-letters', { query: { pageSize: 2 } })).body;
    expect([idsOf(first), first.next]).toEqual([['7', '6'], 'event:']);
    const second = (await send('get', '/api/dead-letters', { query: { pageSize: 2, cursor: first.next } }))
      .body;
    expect([idsOf(second), second.total]).toEqual([[id], 3]);
    expect(idsOf((await send('get', '/api/dead-letters', { query: { kind: 'event' } })).body)).toEqual([id]);
    const wrong = await send('get', '/api/dead-letters', { query: { kind: 'element', cursor: 'event:x' } });
    expect(wrong.body).toMatchObject({ status: 400, errors: [{ path: 'cursor' }] });
  });

  test('are replayed, repaired as exact text, and discarded by their id alone', async () => {
    const { messaging } = daemon;
    messaging.respond(lineageMessages.deadLetter, {}, async () => letter(id, 'event'));
    messaging.respond(lineageMessages.replayDeadLetter, {}, async (request) => {
      note('replay event', request);
      return { result: 'queued' as const };
    });
    messaging.respond(lineageMessages.discardDeadLetter, {}, async (request) => {
      note('discard event', request);
      return {};
    });
    expect((await send('get', `/api/dead-letters/${id}`)).body).toMatchObject({ id, kind: 'event' });
    const event = '{"snapshot":4657867867867867867}';
    const { body } = await send('post', `/api/dead-letters/${id}/replay`, { body: { event } });
    expect(body).toEqual({ result: { result: 'queued' } });
    expect(asked['replay event']).toMatchObject([{ id, body: event }]);
    const wrong = await send('post', `/api/dead-letters/${id}/replay`, {
      body: { element: { type: 'Asset', qualifiedName: 'a', properties: {} } },
    });
    expect(wrong.body).toMatchObject({ status: 400, errors: [{ path: 'element' }] });
    expect((await send('delete', `/api/dead-letters/${id}`)).status).toBe(204);
    expect(asked['discard event']).toMatchObject([{ id }]);
  });
});

describe('subscriptions to the lineage log', () => {
  test('are listed, and replayed in the name of who asked', async () => {
    const { messaging } = daemon;
    const subscription = {
      ...{ connector: 'marquez', backlog: 3, oldestAt: '2026-01-01T00:00:00.000Z', parked: 1 },
      ...{ deadLetters: 0, replaying: 0, gap: null },
    };
    messaging.respond(lineageMessages.subscriptions, {}, async (request) => {
      note('subscriptions', request);
      return { items: [subscription] };
    });
    messaging.respond(lineageMessages.replay, {}, async (request) => {
      note('replay', request);
      if (request.connector === 'nobody') throw new NotFoundError('Nobody listens');
      return { positions: 12 };
    });
    const query = { connector: 'marquez' };
    expect((await send('get', '/api/lineage/subscriptions', { query })).body.items).toEqual([subscription]);
    expect(asked.subscriptions).toEqual([query]);
    const body = { from: '2026-01-01T10:00:00+01:00', namespace: 'dbt*' };
    const answer = await send('post', '/api/lineage/subscriptions/marquez/replay', { body });
    expect([answer.status, answer.body]).toEqual([202, { positions: 12 }]);
    expect(asked.replay).toMatchObject([
      { connector: 'marquez', ...body, changedBy: expect.any(String) as string },
    ]);
    const wrong = await send('post', '/api/lineage/subscriptions/marquez/replay', { body: { form: 'x' } });
    expect(wrong.status).toBe(400);
    expect((await send('post', '/api/lineage/subscriptions/nobody/replay', { body: {} })).status).toBe(404);
    const audit = (await send('get', '/api/audit', { query: { action: 'replay-events' } })).body.items;
    expect(audit).toMatchObject([{ kind: 'connector', name: 'marquez', detail: { positions: 12 } }]);
  });
});
