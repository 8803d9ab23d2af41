import { expect, it } from 'vitest';
import { FakeClock, settled } from '../testing/fake-clock.js';
import { IgnoresAbortError, obedient } from './obedience.js';

const deaf = () => new Promise<never>(() => undefined);

it('gives what the code gives', async () => {
  const { signal } = new AbortController();
  await expect(obedient('x', async () => 42, signal, new FakeClock())).resolves.toBe(42);
});

it('names code that goes on for more than a second after the abort', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const outcome = obedient('refresh of shop', deaf, controller.signal, clock).catch(
    (error: unknown) => error,
  );
  await clock.pass(60_000);
  controller.abort();
  await clock.pass(999);
  await clock.pass(1);
  const error = await outcome;
  expect(error).toBeInstanceOf(IgnoresAbortError);
  expect((error as Error).message).toContain('refresh of shop');
});

it('accepts code that obeys within the second', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const slow = () =>
    new Promise<string>((resolve) => {
      controller.signal.addEventListener('abort', () => clock.after(900, () => resolve('tidied up')));
    });
  const outcome = obedient('x', slow, controller.signal, clock);
  await settled();
  controller.abort();
  await clock.pass(1_000);
  await expect(outcome).resolves.toBe('tidied up');
  expect(clock.timers).toBe(0);
});
