import type { ReceivedEvent } from '@idaemon/integration-services';
import { readEvent } from '@idaemon/open-lineage';
import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './answers.js';
import { Faults } from './faults.js';
import { Forwarder } from './forwarder.js';
import type { Answer } from './poster.js';

const target = { single: new URL('http://target/lineage'), batch: new URL('http://target/lineage/batch') };
const never = new AbortController().signal;

function event(position: number): ReceivedEvent {
  const body = Buffer.from(
    JSON.stringify({ eventTime: '2026-11-21T10:00:00Z', job: { namespace: 'n', name: `job ${position}` } }),
  );
  const read = () => readEvent(body);
  return { stream: 1, position, receivedAt: '', sender: '', orderingKey: '', body, read };
}

function forwarder(answerTo: (path: string, body: string) => Partial<Answer>) {
  const posted: string[] = [];
  const poster = {
    post: async (url: URL, body: Buffer) => {
      posted.push(
        `${url.pathname} ${body
          .toString()
          .match(/job \d/g)
          ?.join(' ')}`,
      );
      return { status: 201, retryAfter: undefined, body: '', ...answerTo(url.pathname, body.toString()) };
    },
    close: () => undefined,
  };
  let nowMs = 1_000_000;
  const subject = new Forwarder(
    poster,
    target,
    (body) => body,
    () => nowMs,
  );
  return { subject, posted, pass: (ms: number) => (nowMs += ms) };
}

describe('the forwarder', () => {
  it('does not send what was taken once more when others of its call have failed', async () => {
    const { subject, posted } = forwarder((path, body) => ({
      status: path.endsWith('/batch') ? 404 : body.includes('job 2') ? 503 : 201,
    }));
    const events = [event(1), event(2), event(3)];
    await expect(subject.forward(events, never)).rejects.toMatchObject({ code: 'system-unavailable' });
    for (const one of events) await subject.forward([one], never).catch(() => undefined);
    expect(posted.filter((line) => line === '/lineage job 1')).toHaveLength(1);
    // What is handed over later by a replay is sent.
    await subject.forward([event(1)], never);
    expect(posted.filter((line) => line === '/lineage job 1')).toHaveLength(2);
  });

  it('asks for batches again after an hour', async () => {
    const { subject, posted, pass } = forwarder((path) => ({ status: path.endsWith('/batch') ? 404 : 201 }));
    await subject.forward([event(1), event(2)], never);
    await subject.forward([event(3), event(4)], never);
    pass(3_600_000);
    await subject.forward([event(5), event(6)], never);
    expect(posted.filter((line) => line.startsWith('/lineage/batch'))).toHaveLength(2);
  });

  it('sends single events when a batch breaks the receiver or is too large for it', async () => {
    for (const status of [400, 413, 500]) {
      const { subject, posted } = forwarder((path) => ({ status: path.endsWith('/batch') ? status : 201 }));
      await subject.forward([event(1), event(2)], never);
      expect(posted).toHaveLength(3);
    }
  });

  it('blames an event for a 500 when others were taken since', async () => {
    const { subject } = forwarder((_path, body) => ({ status: body.includes('job 1') ? 500 : 201 }));
    const tried = () => subject.forward([event(1)], never).catch((error: unknown) => error);
    expect(await tried()).toMatchObject({ code: 'system-unavailable' });
    expect(await tried()).toMatchObject({ code: 'system-unavailable' });
    await subject.forward([event(2)], never);
    expect(await tried()).toMatchObject({ code: 'metadata-invalid' });
    expect(await tried()).toMatchObject({ code: 'system-unavailable' });
  });

  it('remembers a bounded number of failures', () => {
    const faults = new Faults();
    for (let index = 0; index < 10_001; index++) faults.failed(String(index));
    faults.taken('another');
    expect(faults.failed('0')).toBe(false);
    expect(faults.failed('10000')).toBe(true);
  });
});

describe('Retry-After', () => {
  const nowMs = Date.parse('2026-11-21T10:00:00Z');

  it('is seconds or a date, at most an hour, and nothing where it is neither', () => {
    expect(retryAfterMs('3', nowMs)).toBe(3_000);
    expect(retryAfterMs('Sat, 21 Nov 2026 10:01:00 GMT', nowMs)).toBe(60_000);
    expect(retryAfterMs('86400', nowMs)).toBe(3_600_000);
    for (const text of [undefined, 'soon', '0', 'Sat, 21 Nov 2020 10:01:00 GMT'])
      expect(retryAfterMs(text, nowMs)).toBeUndefined();
  });
});
