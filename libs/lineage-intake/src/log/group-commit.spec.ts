import { SystemUnavailableError } from '@idaemon/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NewEvent } from './append-events.js';
import { GroupCommit, type GroupCommitOptions } from './group-commit.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const event = (name: string, bytes = 10): NewEvent => ({
  id: Buffer.from(name),
  orderingKey: name,
  kind: 'run',
  sender: 'spec',
  body: Buffer.alloc(bytes),
});

/** Commits that end when the spec says so. */
function commits(options: Partial<GroupCommitOptions> = {}) {
  const begun: { names: string[]; end: (error?: Error) => void }[] = [];
  const group = new GroupCommit({
    append: (events) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(events.length));
        begun.push({ names: events.map(({ orderingKey }) => orderingKey), end });
      }),
    waitMs: 3_000,
    ...options,
  });
  const outcomes: string[] = [];
  const add = (name: string, bytes?: number) => {
    group.add([event(name, bytes)]).then(
      () => outcomes.push(`${name} stored`),
      (error: Error) => outcomes.push(`${name} ${error.name}`),
    );
  };
  return { begun, group, outcomes, add };
}

const turn = () => vi.advanceTimersByTimeAsync(0);
const away = () => new SystemUnavailableError('Postgres');
const refused = () => Object.assign(new Error('too long'), { code: '54000' });

describe('group commit', () => {
  it('commits together what comes together', async () => {
    const { begun, outcomes, add } = commits();
    add('a');
    add('b');
    await turn();
    expect(begun.map(({ names }) => names)).toEqual([['a', 'b']]);
    expect(outcomes).toEqual([]);
    begun[0]?.end();
    await turn();
    expect(outcomes).toEqual(['a stored', 'b stored']);
  });

  it('gathers the next group while one is under way', async () => {
    const { begun, add } = commits();
    add('a');
    await turn();
    add('b');
    await turn();
    add('c');
    await turn();
    expect(begun.map(({ names }) => names)).toEqual([['a']]);
    begun[0]?.end();
    await turn();
    expect(begun.map(({ names }) => names)).toEqual([['a'], ['b', 'c']]);
  });

  it('begins a second one beside the first when many wait, and never a third', async () => {
    const { begun, add } = commits();
    add('a');
    await turn();
    for (let index = 0; index < 60; index++) add(`b${index}`);
    await turn();
    for (let index = 0; index < 60; index++) add(`c${index}`);
    await turn();
    expect(begun.map(({ names }) => names.length)).toEqual([1, 60]);
  });

  it('bounds a group by bytes and by events, but takes what is larger alone', async () => {
    const { begun, add } = commits({ maxGroupBytes: 100, maxGroupEvents: 3, concurrency: 1 });
    for (const [name, bytes] of [
      ['a', 60],
      ['b', 60],
      ['c', 500],
      ['d', 1],
      ['e', 1],
      ['f', 1],
      ['g', 1],
    ] as const)
      add(name, bytes);
    for (let index = 0; index < 5; index++) {
      await turn();
      begun[index]?.end();
    }
    await turn();
    expect(begun.map(({ names }) => names.join(''))).toEqual(['a', 'b', 'c', 'def', 'g']);
  });

  it('tries again when Postgres was away, in the same order', async () => {
    const failures: unknown[] = [];
    const { begun, outcomes, add } = commits({ onFailure: (error) => failures.push(error) });
    add('a');
    await turn();
    add('b');
    begun[0]?.end(away());
    await vi.advanceTimersByTimeAsync(60);
    begun[1]?.end(away());
    await vi.advanceTimersByTimeAsync(200);
    begun[2]?.end();
    await turn();
    expect(begun.map(({ names }) => names)).toEqual([['a'], ['a', 'b'], ['a', 'b']]);
    expect(outcomes).toEqual(['a stored', 'b stored']);
    expect(failures).toHaveLength(1);
  });

  it('lets nothing of a key go past what is under way with it, and tries a failed group again before that', async () => {
    const { begun, group, add } = commits();
    add('a');
    await turn();
    void group.add([event('a'), event('x')]);
    add('x');
    for (let index = 0; index < 60; index++) add(`b${index}`);
    add('a');
    await turn();
    expect(begun.map(({ names }) => names.length)).toEqual([1, 60]);
    begun[0]?.end(away());
    begun[1]?.end();
    await turn();
    expect(begun).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(60);
    expect(begun[2]?.names).toEqual(['a', 'a', 'x', 'x', 'a']);
  });

  it('refuses who has waited too long, also when the commit never ends', async () => {
    const { group, begun, outcomes, add } = commits();
    add('a');
    await vi.advanceTimersByTimeAsync(2_000);
    add('b');
    await vi.advanceTimersByTimeAsync(1_200);
    expect(outcomes).toEqual(['a SystemUnavailableError']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(outcomes).toEqual(['a SystemUnavailableError', 'b SystemUnavailableError']);
    begun[0]?.end();
    await turn();
    expect(begun).toHaveLength(1);
    expect(group.size).toBe(0);
  });

  it('holds nothing of who was refused beyond what is under way', async () => {
    const { begun, group, add } = commits();
    add('a');
    await turn();
    for (let index = 0; index < 40; index++) add(`b${index}`);
    await vi.advanceTimersByTimeAsync(3_200);
    expect(group.size).toBe(1);
    begun[0]?.end(away());
    await turn();
    expect(group.size).toBe(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(begun).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps nothing running when nobody waits', async () => {
    const { begun, add } = commits();
    add('a');
    await turn();
    begun[0]?.end();
    await vi.advanceTimersByTimeAsync(200);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('finds the one whose content Postgres refuses, and stores the others', async () => {
    const { begun, outcomes, add } = commits({ concurrency: 1 });
    add('a');
    add('bad');
    add('c');
    await turn();
    begun[0]?.end(refused());
    await turn();
    begun[1]?.end();
    await turn();
    begun[2]?.end(refused());
    await turn();
    begun[3]?.end();
    await turn();
    expect(begun.map(({ names }) => names.join(' '))).toEqual(['a bad c', 'a', 'bad', 'c']);
    expect(outcomes).toEqual(['a stored', 'bad Error', 'c stored']);
  });
});
