import { noCounts, type ElementWrite } from '@idaemon/contracts';
import { describe, expect, it } from 'vitest';
import { SessionWriter, type Batch, type BatchReply } from './session-writer.js';

/** A store that knows hashes by name, and how many batches it was sent at once. */
class FakeStore {
  readonly batches: Batch[] = [];
  readonly known = new Map<string, string>();
  readonly counts = { ...noCounts };
  inFlight = 0;
  mostInFlight = 0;
  failure: Error | undefined;

  readonly send = async (batch: Batch): Promise<BatchReply> => {
    this.batches.push(batch);
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    this.inFlight -= 1;
    if (this.failure) throw this.failure;
    const needed = batch.entries.flatMap((entry, index) => (this.#take(entry) ? [] : [index]));
    return { needed, counts: { ...this.counts } };
  };

  get sizes(): string[] {
    return this.batches.map(
      ({ entries }) => `${entries[0]?.element ? 'content' : 'probe'} ${entries.length}`,
    );
  }

  #take({ qualifiedName, hash, element, oversizeBytes }: Batch['entries'][number]): boolean {
    const before = this.known.get(qualifiedName);
    if (before === hash) this.counts.unchanged += 1;
    else if (!element) return false;
    else if (oversizeBytes) this.counts.failed += 1;
    else this.counts[before ? 'updated' : 'created'] += 1;
    this.known.set(qualifiedName, hash);
    return true;
  }
}

const element = (index: number, size = 10): ElementWrite => ({
  type: 'DataFile',
  qualifiedName: `file ${index}`,
  properties: { description: 'x'.repeat(size) },
});

async function writeAll(
  store: FakeStore,
  count: number,
  { size = 10, isFirst = false } = {},
): Promise<SessionWriter> {
  const writer = new SessionWriter(store.send, { isFirst });
  for (let index = 0; index < count; index += 1) await writer.write('files', '', element(index, size));
  await writer.drain();
  return writer;
}

describe('what is new', () => {
  it('is asked for once, then sent at once', async () => {
    const store = new FakeStore();
    await writeAll(store, 5_000);
    expect(store.counts.created).toBe(5_000);
    const probed = store.batches.filter(({ entries }) => !entries[0]?.element).length;
    expect(probed).toBeLessThanOrEqual(3);
  });

  it('is not asked for in the first refresh of all', async () => {
    const store = new FakeStore();
    await writeAll(store, 1_000, { isFirst: true });
    expect(store.batches.every(({ entries }) => entries.every(({ element }) => element))).toBe(true);
    expect(store.counts.created).toBe(1_000);
  });

  it('begins with a small batch, while the source is still being read', async () => {
    const store = new FakeStore();
    await writeAll(store, 1_000, { isFirst: true });
    expect(store.batches.map(({ entries }) => entries.length)).toEqual([100, 500, 400]);
  });

  it('goes in batches of a few hundred that the wire takes', async () => {
    const store = new FakeStore();
    await writeAll(store, 1_000, { size: 5_000 });
    expect(Math.max(...store.batches.map(({ entries }) => entries.length))).toBeLessThanOrEqual(500);
    expect(Math.max(...store.batches.map((batch) => JSON.stringify(batch).length))).toBeLessThan(500 * 1024);
  });

  it('has at most two batches in flight, each with its own number', async () => {
    const store = new FakeStore();
    const writer = await writeAll(store, 10_000);
    expect(store.mostInFlight).toBe(2);
    expect(store.batches.map(({ number }) => number)).toEqual(store.batches.map((_, index) => index));
    expect(writer.answered).toBe(store.batches.length);
  });
});

describe('what is unchanged', () => {
  it('is only asked for', async () => {
    const store = new FakeStore();
    await writeAll(store, 5_000);
    store.batches.length = 0;
    await writeAll(store, 5_000);
    expect(store.counts.unchanged).toBe(5_000);
    expect(store.batches.every(({ entries }) => entries.every(({ element }) => !element))).toBe(true);
  });

  it('has only its differences sent', async () => {
    const store = new FakeStore();
    await writeAll(store, 2_000);
    store.known.set('file 7', 'other');
    store.known.delete('file 1500');
    store.batches.length = 0;
    const before = { ...store.counts };
    await writeAll(store, 2_000);
    expect(store.counts.updated - before.updated).toBe(1);
    expect(store.counts.created - before.created).toBe(1);
    const sent = store.batches.flatMap(({ entries }) => entries.filter(({ element }) => element));
    expect(sent.map(({ qualifiedName }) => qualifiedName)).toEqual(['file 7', 'file 1500']);
  });

  it('is asked for again where it follows on something new', async () => {
    const store = new FakeStore();
    const known = new FakeStore();
    await writeAll(known, 20_000);
    for (let index = 4_000; index < 20_000; index += 1) {
      store.known.set(`file ${index}`, known.known.get(`file ${index}`) ?? '');
    }
    await writeAll(store, 20_000);
    const contents = store.batches.flatMap(({ entries }) => entries).filter(({ element }) => element);
    expect(contents.length).toBeLessThan(4_000 + 5 * 500);
    expect(store.counts).toMatchObject({ created: 4_000, unchanged: 16_000 });
  });
});

it('keeps scopes apart, and the order in which a source gives its collections', async () => {
  const store = new FakeStore();
  const writer = new SessionWriter(store.send);
  await writer.write('folders', 'a', element(1));
  await writer.write('files', 'a', element(2));
  await writer.write('folders', 'a', element(3));
  await writer.write('files', 'b', element(4));
  await writer.drain();
  const contents = store.batches.filter(({ entries }) => entries[0]?.element);
  const placesOf = ({ collection, scope, entries }: Batch) =>
    entries.map((entry) => `${entry.collection ?? collection} ${scope} ${entry.qualifiedName}`);
  expect(contents.map(placesOf)).toEqual([
    ['folders a file 1', 'files a file 2', 'folders a file 3'],
    ['files b file 4'],
  ]);
});

it('sends an element that is too long as its names and size', async () => {
  const store = new FakeStore();
  await writeAll(store, 1, { size: 300 * 1024 });
  const [entry] = store.batches[0]?.entries ?? [];
  expect(entry?.oversizeBytes).toBeGreaterThan(300 * 1024);
  expect(entry?.element).toEqual({ type: 'DataFile', qualifiedName: 'file 0', properties: {} });
  expect(store.counts.failed).toBe(1);
});

it('never swallows a failed write', async () => {
  const store = new FakeStore();
  const writer = new SessionWriter(store.send);
  await writer.write('files', '', element(1));
  store.failure = new Error('The gateway refuses');
  await expect(writer.drain()).rejects.toThrow('The gateway refuses');
  await expect(writer.write('files', '', element(2))).rejects.toThrow('The gateway refuses');
  await expect(writer.drain()).rejects.toThrow('The gateway refuses');
});

it('stops a writer that waits for room when a batch fails', async () => {
  const store = new FakeStore();
  const writer = new SessionWriter(store.send);
  store.failure = new Error('The gateway refuses');
  const all = async () => {
    for (let index = 0; index < 10_000; index += 1) await writer.write('files', '', element(index));
  };
  await expect(all()).rejects.toThrow('The gateway refuses');
  expect(store.batches.length).toBeLessThan(6);
});

it('holds no more elements than its batches, however slow the other side is', async () => {
  const waiting: (() => void)[] = [];
  const slow = async (batch: Batch): Promise<BatchReply> => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return { needed: [], counts: { ...noCounts, unchanged: batch.entries.length } };
  };
  const writer = new SessionWriter(slow);
  let written = 0;
  void (async () => {
    for (let index = 0; index < 100_000; index += 1) {
      await writer.write('files', '', element(index));
      written += 1;
    }
  })();
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(waiting).toHaveLength(2);
  expect(written).toBeLessThan(5 * 500);
});

describe('state within a session', () => {
  async function write(store: FakeStore, count: number): Promise<SessionWriter> {
    const writer = new SessionWriter(store.send);
    for (let index = 0; index < count; index += 1) await writer.write('files', '', element(index));
    return writer;
  }
  const states = (store: FakeStore) => store.batches.map(({ state }) => state?.cursor ?? '-');

  it('goes with the last content of what was written before, once all the rest is answered', async () => {
    const store = new FakeStore();
    const writer = await write(store, 900);
    await writer.write('folders', '', element(9_001));
    await expect(writer.saveWithLast({ cursor: 7 })).resolves.toBe(true);
    expect(
      states(store)
        .slice(0, -1)
        .every((state) => state === '-'),
    ).toBe(true);
    expect(states(store).at(-1)).toBe(7);
    expect(store.batches.at(-1)?.entries[0]).toHaveProperty('element');
    expect(store.known.size).toBe(901);
    await writer.drain();
    expect(states(store).filter((state) => state === 7)).toHaveLength(1);
  });

  it('has nothing to go with when nothing differs', async () => {
    const store = new FakeStore();
    await (await write(store, 10)).drain();
    const again = await write(store, 10);
    await expect(again.saveWithLast({ cursor: 7 })).resolves.toBe(false);
    expect(store.counts.unchanged).toBe(10);
    expect(states(store)).not.toContain(7);
  });

  it('is not saved after a write has failed', async () => {
    const store = new FakeStore();
    const writer = await write(store, 10);
    store.failure = new Error('gone');
    await expect(writer.saveWithLast({ cursor: 7 })).rejects.toThrow('gone');
    expect(states(store)).not.toContain(7);
  });
});
