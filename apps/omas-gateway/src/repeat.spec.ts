import { describe, expect, it } from 'vitest';
import { repeat } from './repeat.js';

describe('a repetition', () => {
  it('goes on after a round that fails, tells of it, and ends with its signal', async () => {
    const stop = new AbortController();
    const errors: unknown[] = [];
    let rounds = 0;
    await repeat(
      { pauseMs: 60_000, signal: stop.signal, onError: (error) => errors.push(error) },
      async () => {
        rounds += 1;
        if (rounds === 3) stop.abort();
        if (rounds === 2) return 0;
        if (rounds === 1) return Promise.resolve(0);
        throw new Error('while it stops');
      },
    );
    expect(rounds).toBe(3);
    expect(errors).toEqual([]);
  });

  it('tells of a failed round and has the next one after its pause', async () => {
    const stop = new AbortController();
    const errors: unknown[] = [];
    let rounds = 0;
    await repeat({ pauseMs: 1, signal: stop.signal, onError: (error) => errors.push(error) }, async () => {
      rounds += 1;
      if (rounds === 2) return stop.abort();
      throw new Error('Postgres is away');
    });
    expect(rounds).toBe(2);
    expect(errors).toEqual([new Error('Postgres is away')]);
  });
});
