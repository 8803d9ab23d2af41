import { describe, expect, it } from 'vitest';
import { abortable, mapBounded, oneAhead } from './async-iterables.js';

describe('oneAhead', () => {
  it('gives all in order and asks for the next while one is used', async () => {
    let made = 0;
    const seen: [number, number][] = [];
    for await (const item of oneAhead(numbers(3, () => made++))) {
      await Promise.resolve();
      seen.push([item, made]);
    }
    expect(seen.map(([item]) => item)).toEqual([0, 1, 2]);
    expect(seen[0]?.[1]).toBeGreaterThan(1);
  });

  it('passes an error on in its turn', async () => {
    const seen: number[] = [];
    const reading = async () => {
      for await (const item of oneAhead(failing())) seen.push(item);
    };
    await expect(reading()).rejects.toThrow('in the middle');
    expect(seen).toEqual([1]);
  });

  it('ends its source when its consumer leaves', async () => {
    const ended: string[] = [];
    for await (const _ of oneAhead(numbers(3, undefined, () => ended.push('ended')))) break;
    expect(ended).toEqual(['ended']);
  });
});

describe('abortable', () => {
  it('ends at once while its source hangs', async () => {
    const abort = new AbortController();
    const reading = abortable(hanging(), abort.signal).next();
    abort.abort();
    await expect(reading).rejects.toThrow('aborted');
  });

  it('does not begin after the abort', async () => {
    await expect(abortable(numbers(3), AbortSignal.abort()).next()).rejects.toThrow('aborted');
  });

  it('leaves no listener behind', async () => {
    const listeners = new Set<unknown>();
    const signal = new AbortController().signal;
    signal.addEventListener = (_type: string, listener: unknown) => void listeners.add(listener);
    signal.removeEventListener = (_type: string, listener: unknown) => void listeners.delete(listener);
    for await (const _ of abortable(numbers(3), signal)) continue;
    await Promise.resolve();
    expect(listeners.size).toBe(0);
  });
});

describe('mapBounded', () => {
  it('keeps the order and the bound', async () => {
    let underWay = 0;
    let most = 0;
    const results = await mapBounded([5, 1, 4, 2, 3], 2, async (turns) => {
      most = Math.max(most, ++underWay);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      underWay--;
      return turns * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
  });
});

async function* numbers(count: number, onMade?: () => void, onEnd?: () => void): AsyncGenerator<number> {
  try {
    for (let number = 0; number < count; number++) {
      onMade?.();
      yield number;
    }
  } finally {
    onEnd?.();
  }
}

async function* failing(): AsyncGenerator<number> {
  yield 1;
  throw new Error('in the middle');
}

async function* hanging(): AsyncGenerator<number> {
  yield await new Promise<number>(() => undefined);
}
