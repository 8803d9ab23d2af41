import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** What is there of a stream of objects, at most so many; waits for the first. Ends on abort or with the stream. */
export async function* batchesOf<T>(
  stream: Readable,
  most: number,
  signal: AbortSignal,
): AsyncGenerator<T[]> {
  while (!signal.aborted && !stream.destroyed && !stream.readableEnded) {
    const batch: T[] = [];
    while (batch.length < most) {
      const item = stream.read() as T | null;
      if (item === null) break;
      batch.push(item);
    }
    if (batch.length > 0) yield batch;
    else await somethingNew(stream, signal);
  }
}

async function somethingNew(stream: Readable, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const until = AbortSignal.any([signal, waiting.signal]);
  const events = ['readable', 'end', 'close'].map((name) => once(stream, name, { signal: until }));
  try {
    // A failure of the stream rejects.
    await Promise.race(events);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    waiting.abort();
    await Promise.allSettled(events);
  }
}
