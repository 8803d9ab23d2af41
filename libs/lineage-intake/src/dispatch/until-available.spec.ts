import { SystemUnavailableError } from '@idaemon/contracts';
import type { Clock } from '@idaemon/service-runtime';
import { describe, expect, it } from 'vitest';
import { untilAvailable } from './until-available.js';

/** Every wait is over at once. */
const hasty: Clock = {
  wallMs: () => 0,
  monotonicMs: () => 0,
  after: (_delayMs, call) => {
    queueMicrotask(call);
    return () => undefined;
  },
};
const { signal } = new AbortController();

const unavailable = (code: string) =>
  new SystemUnavailableError('Postgres', { cause: Object.assign(new Error('no'), { code }) });

/** Fails with these codes, one after the other, and then answers how often it was asked. */
function failing(codes: readonly string[]) {
  let asked = 0;
  return () => {
    const code = codes[asked++];
    return code === undefined ? Promise.resolve(asked) : Promise.reject(unavailable(code));
  };
}

const times = (count: number, code: string) => Array.from({ length: count }, () => code);

describe('what waits for Postgres', () => {
  it('asks as long as Postgres is away', async () => {
    expect(await untilAvailable(failing(times(50, 'ECONNREFUSED')), hasty, signal)).toBe(51);
  });

  it('fails when Postgres breaks the same off again and again', async () => {
    const waiting = untilAvailable(failing(times(50, '57014')), hasty, signal);
    await expect(waiting).rejects.toThrow(SystemUnavailableError);
  });

  it('asks again after a deadlock, and counts anew after an outage', async () => {
    const codes = [...times(4, '57014'), '08006', ...times(3, '57014'), '40P01'];
    expect(await untilAvailable(failing(codes), hasty, signal)).toBe(10);
  });

  it('fails at once with what no other try can mend', async () => {
    const broken = () => Promise.reject(new TypeError('broken'));
    await expect(untilAvailable(broken, hasty, signal)).rejects.toThrow(TypeError);
  });
});
