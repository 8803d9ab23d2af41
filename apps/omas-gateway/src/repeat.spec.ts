import { describe, expect, it } from 'vitest';
import { repeat } from './repeat.js';

/** Rounds that end as they are told to, one after the other; the last one stops the repetition. */
async function rounds(...outcomes: ('ok' | 'fails')[]) {
  const stop = new AbortController();
  const told: string[] = [];
  const repetition = {
    pauseMs: 1,
    signal: stop.signal,
    onFailure: (error: unknown) => told.push((error as Error).message),
    onRecovery: (failures: number) => told.push(`works again after ${failures}`),
  };
  let round = 0;
  await repeat(repetition, () => {
    const outcome = outcomes[round++];
    if (round === outcomes.length) stop.abort();
    return outcome === 'ok' ? Promise.resolve() : Promise.reject(new Error(`failure ${round}`));
  });
  return { round, told };
}

describe('a repetition', () => {
  it('goes on after rounds that fail, and tells of an outage once when it begins and once when it ends', async () => {
    expect(await rounds('ok', 'fails', 'fails', 'ok', 'ok', 'fails', 'ok')).toEqual({
      round: 7,
      told: ['failure 2', 'works again after 2', 'failure 6', 'works again after 1'],
    });
  });

  it('tells of no failure of its own end', async () => {
    expect(await rounds('ok', 'fails')).toEqual({ round: 2, told: [] });
  });

  it('pauses as long as a round asks for', async () => {
    const stop = new AbortController();
    let round = 0;
    await repeat({ pauseMs: 3_600_000, signal: stop.signal, onFailure: () => undefined }, async () => {
      round += 1;
      if (round === 2) stop.abort();
      return 0;
    });
    expect(round).toBe(2);
  });
});
