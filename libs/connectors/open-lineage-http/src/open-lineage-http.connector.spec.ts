import { describeConnector, FakeEventLog, notPossible, startConnector } from '@idaemon/connector-testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { z } from 'zod';
import type { httpConfig } from './config.js';
import { openLineageHttp } from './index.js';
import { Receiver, type Reply } from './testing/receiver.js';

const receivers = new Map<string, Receiver>();

describeConnector(openLineageHttp, {
  async config() {
    const receiver = await Receiver.start();
    receivers.set(receiver.url, receiver);
    return { url: receiver.url, timeout: '1s', concurrency: 2 };
  },
  secrets: () => ({ token: 'a-secret-token' }),
  extension: () => {
    const log = new FakeEventLog();
    log.receive(startOf('one'));
    return log.extension();
  },
  catalogued: () => ({}),
  change: notPossible('it catalogues nothing'),
  remove: notPossible('it catalogues nothing'),
  readHalf: notPossible('it catalogues nothing'),
  unreachable: notPossible('the log of events waits for the receiver'),
  cleanUp: ({ url }) => receivers.get(url)?.stop(),
});

function startOf(runId: string): string {
  return `{"eventTime": "2026-11-21T10:00:00Z", "eventType":"START", "run":{"runId":"${runId}"},
    "job":{"namespace":"dev","name":"load"}, "snapshot": 4657867867867867867}`;
}

async function forwarding(config: Partial<z.input<typeof httpConfig>>, secrets: { token?: string } = {}) {
  const receiver = await Receiver.start();
  onTestFinished(() => receiver.stop());
  const log = new FakeEventLog();
  const connector = await startConnector(openLineageHttp, {
    config: { url: receiver.url, timeout: '200ms', ...config },
    ...{ secrets, extension: log.extension() },
  });
  onTestFinished(() => connector.stop());
  const { done } = connector.engage();
  /** What became of the events that were received. */
  const outcome = async (events: number) => {
    await vi.waitFor(() => {
      const { taken = 0, refused = [] } = log.listeners[0] ?? {};
      expect(taken + refused.length).toBe(events);
    });
    return (log.listeners[0]?.refused ?? []).map(
      ({ error }) => error as Error & { code: string; retryAfterMs?: number },
    );
  };
  return { receiver, log, done, outcome };
}

describe('forwarding over HTTP', () => {
  it('posts the original bytes to the path that clients use, with the token', async () => {
    const { receiver, log, outcome } = await forwarding(
      { headers: { 'x-tenant': 'a' } },
      { token: 'secret' },
    );
    log.receive(startOf('a'));
    expect(await outcome(1)).toEqual([]);
    const [{ path, headers, body } = {}] = receiver.received;
    expect(path).toBe('/api/v1/lineage');
    expect(body).toBe(startOf('a'));
    expect(headers).toMatchObject({
      ...{ authorization: 'Bearer secret', 'content-type': 'application/json', 'x-tenant': 'a' },
    });
  });

  it('compresses where that is asked for, below the prefix of the address', async () => {
    const { receiver, log, outcome } = await forwarding({
      compression: 'gzip',
      endpoint: '/openapi/lineage',
    });
    log.receive(startOf('a'));
    expect(await outcome(1)).toEqual([]);
    expect(receiver.received).toMatchObject([
      { path: '/openapi/lineage', body: startOf('a'), headers: { 'content-encoding': 'gzip' } },
    ]);
  });

  it('sends what fits only, changed as configured', async () => {
    const { receiver, log, outcome } = await forwarding({
      match: { eventTypes: ['START'] },
      transform: { renameNamespaces: [{ from: 'dev', to: 'prod' }] },
    });
    log.receive(startOf('a').replace('START', 'COMPLETE'), startOf('b'));
    expect(await outcome(1)).toEqual([]);
    expect(receiver.bodies).toEqual([startOf('b').replace('dev', 'prod')]);
  });

  it('gives up an event that is refused, with the reason of the receiver', async () => {
    const { receiver, log, outcome } = await forwarding({ batch: { size: 1 } });
    receiver.behave = ({ body }) =>
      body.includes('"bad"')
        ? { status: 422, body: { title: 'Refused', detail: 'the run\nis bad' } }
        : { status: 201 };
    log.receive(startOf('bad'), startOf('good'));
    const [error] = await outcome(2);
    expect(error).toMatchObject({ code: 'metadata-invalid' });
    expect(error?.message).toContain('/api/v1/lineage answered 422: the run is bad');
  });

  it.each([408, 429, 502, 503, 504])(
    'waits for a receiver that answers %i, for as long as it asks',
    async (status) => {
      const { receiver, log, outcome } = await forwarding({});
      receiver.behave = () => ({ status, headers: { 'retry-after': '7' }, body: 'busy' });
      log.receive(startOf('a'));
      expect(await outcome(1)).toMatchObject([{ code: 'system-unavailable', retryAfterMs: 7_000 }]);
    },
  );

  it('waits for a receiver that breaks off or does not answer in time', async () => {
    const { receiver, log, outcome } = await forwarding({ batch: { size: 1 } });
    receiver.behave = ({ body }) => (body.includes('"late"') ? 'never' : 'reset');
    log.receive(startOf('late'), startOf('cut'));
    const errors = await outcome(2);
    expect(errors.map(({ code }) => code)).toEqual(['system-unavailable', 'system-unavailable']);
    expect(errors.some(({ message }) => message.includes('no answer within 0.2 s'))).toBe(true);
  });

  it.each([401, 403])('stops at %i until a person acts', async (status) => {
    const { receiver, log, done } = await forwarding({}, { token: 'wrong-token' });
    receiver.behave = () => ({ status });
    log.receive(startOf('a'));
    const error = await done.catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'not-authorized' });
    expect(String(error)).not.toContain('wrong-token');
  });

  it.each([301, 404, 405, 415])('stops at %i, since it would be the same for each event', async (status) => {
    const { receiver, log, done } = await forwarding({ batch: { size: 1 } });
    receiver.behave = () => ({ status, headers: { location: '/elsewhere' } });
    log.receive(startOf('a'), startOf('b'));
    await expect(done).rejects.toMatchObject({ code: 'configuration-invalid' });
    expect(receiver.received).toHaveLength(1);
  });

  it('waits for a receiver that answers 500 to everything', async () => {
    const { receiver, log, outcome } = await forwarding({});
    receiver.behave = () => ({ status: 500, body: 'no database' });
    log.receive(startOf('a'));
    const [error] = await outcome(1);
    expect(error).toMatchObject({ code: 'system-unavailable' });
    expect(error?.message).toContain('it answered 500: no database');
  });

  it('leaves one that is slow to itself', async () => {
    const slow = await forwarding({ timeout: '30s' });
    slow.receiver.behave = () => 'never';
    slow.log.receive(startOf('a'));
    const quick = await forwarding({});
    quick.log.receive(startOf('a'), startOf('b'));
    expect(await quick.outcome(2)).toEqual([]);
  });
});

describe('forwarding in batches', () => {
  const success = (body: string): Reply => {
    const received = (JSON.parse(body) as unknown[]).length;
    return {
      status: 200,
      body: { status: 'success', summary: { received, successful: received, failed: 0 } },
    };
  };

  it('sends several at once, as they were sent', async () => {
    const { receiver, log, outcome } = await forwarding({});
    receiver.behave = ({ body }) => success(body);
    log.receive(startOf('a'), startOf('b'), startOf('c'));
    expect(await outcome(3)).toEqual([]);
    expect(receiver.received).toMatchObject([
      { path: '/api/v1/lineage/batch', body: `[${startOf('a')},${startOf('b')},${startOf('c')}]` },
    ]);
  });

  it.each<[string, Reply]>([
    ['404', { status: 404 }],
    ['501', { status: 501 }],
    ['a page that is none', { status: 200, body: '<html>' }],
  ])('sends single events where the path answers %s, and does not ask again', async (_name, reply) => {
    const { receiver, log, outcome } = await forwarding({});
    receiver.behave = ({ path }) => (path.endsWith('/batch') ? reply : { status: 201 });
    log.receive(startOf('a'), startOf('b'));
    await outcome(2);
    log.receive(startOf('c'), startOf('d'));
    expect(await outcome(4)).toEqual([]);
    expect(receiver.received.map(({ path }) => path.endsWith('/batch'))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('sends those that were refused once more by themselves, for their reasons', async () => {
    const { receiver, log, outcome } = await forwarding({});
    receiver.behave = ({ path, body }) => {
      if (!path.endsWith('/batch')) return { status: 400, body: { message: 'no such run' } };
      const received = (JSON.parse(body) as unknown[]).length;
      const summary = { received, successful: 1, failed: 1 };
      return { status: 200, body: { status: 'partial_success', summary, failed_events: [{ index: 1 }] } };
    };
    log.receive(startOf('a'), startOf('b'));
    const errors = await outcome(2);
    expect(errors[0]?.message).toContain('no such run');
    expect(receiver.bodies.slice(1)).toEqual([startOf('b')]);
  });
});
