import { PassThrough, Readable } from 'node:stream';
import { FakeEventLog } from '@idaemon/connector-testing';
import { describe, expect, it } from 'vitest';
import { batchesOf } from './message-batches.js';
import { nextOffsets, publishMessages, type TopicMessage } from './publish-messages.js';
import { sizedGroups } from './sized-groups.js';

const warnings: unknown[] = [];
const log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (...of: unknown[]) => void warnings.push(of),
};
const running = new AbortController().signal;

function message(offset: number, value: string | null, key?: string, partition = 0): TopicMessage {
  const asBytes = (text: string | null | undefined) => (text == null ? undefined : Buffer.from(text));
  return { key: asBytes(key), value: asBytes(value), partition, offset: BigInt(offset) };
}
const event = (name: string) =>
  JSON.stringify({ eventTime: '2026-11-21T10:00:00Z', job: { namespace: 'etl', name } });

describe('messages of a topic', () => {
  it('are published as they are, in the order of their key', async () => {
    const published: string[] = [];
    const publish = async (text: unknown) => {
      // The first of a key takes longest: others overtake it, its own key does not.
      if (String(text).includes('slow')) await new Promise((resolve) => setImmediate(resolve));
      published.push(String(text));
    };
    const all = [message(1, 'slow a1', 'a'), message(2, 'b1', 'b'), message(3, 'a2', 'a')];
    await publishMessages(all, { publish }, log);
    expect(published).toEqual(['b1', 'slow a1', 'a2']);
  });

  it('are passed over where they are no events, and said to be', async () => {
    const events = new FakeEventLog();
    const { openLineage } = events.extension()(running);
    await publishMessages(
      [message(7, 'no JSON'), message(8, null), message(9, event('load'))],
      openLineage,
      log,
    );
    expect(events.events.map(({ body }) => body.toString())).toEqual([event('load')]);
    expect(warnings).toMatchObject([[expect.any(String), { partition: 0, offset: '7' }]]);
  });

  it('are not done with when the log is away', async () => {
    const publish = () => Promise.reject(new Error('no log'));
    await expect(publishMessages([message(1, event('load'))], { publish }, log)).rejects.toThrow('no log');
  });

  it('move the offset of each partition behind the last', () => {
    const all = [message(5, 'x'), message(4, 'x'), message(0, 'x', 'k', 3)];
    expect(nextOffsets(all)).toEqual(
      new Map([
        [0, 6n],
        [3, 1n],
      ]),
    );
  });
});

describe('batches of a stream', () => {
  it('have what is there, at most so many, and end with the stream', async () => {
    const batches: number[][] = [];
    for await (const batch of batchesOf<number>(Readable.from([1, 2, 3, 4, 5]), 2, running))
      batches.push(batch);
    expect(batches.flat()).toEqual([1, 2, 3, 4, 5]);
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(2);
  });

  it('end on abort, and fail with the stream', async () => {
    const stopping = new AbortController();
    const idle = new PassThrough({ objectMode: true });
    const waiting = batchesOf(idle, 2, stopping.signal).next();
    stopping.abort();
    expect(await waiting).toMatchObject({ done: true });
    const failing = new PassThrough({ objectMode: true });
    const failed = batchesOf(failing, 2, running).next();
    setImmediate(() => failing.destroy(new Error('broken')));
    await expect(failed).rejects.toThrow('broken');
  });
});

describe('groups by size', () => {
  it('are as large as allowed, and one that is larger stands alone', () => {
    expect(sizedGroups([3, 3, 3, 20, 4, 6, 1], (bytes) => bytes, 10)).toEqual([[3, 3, 3], [20], [4, 6], [1]]);
    expect(sizedGroups([], () => 1, 10)).toEqual([]);
  });
});
