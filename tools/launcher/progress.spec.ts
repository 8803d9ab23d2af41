import { expect, test } from 'vitest';
import { createProgress } from './progress.mjs';

function record(isTTY: boolean) {
  const written: string[] = [];
  let nowMs = 0;
  const progress = createProgress({
    output: { isTTY, write: (text: string) => written.push(text) },
    now: () => nowMs,
  });
  return { progress, text: () => written.join(''), pass: (ms: number) => (nowMs += ms) };
}

test('a log gets one plain line per step, with its seconds and what came of it', async () => {
  const { progress, text, pass } = record(false);
  const result = await progress.step('PostgreSQL', async (say) => {
    pass(1234);
    say('on port 7432');
    return 42;
  });
  expect(result).toBe(42);
  expect(text()).toBe('✓ PostgreSQL: on port 7432  (1.2 s)\n');
});

test('a terminal sees the step at once and its end in the same line', async () => {
  const { progress, text } = record(true);
  await progress.step('Building', async () => undefined);
  expect(text()).toBe('… Building\r\x1b[K✓ Building  (0.0 s)\n');
});

test('a step that fails is marked, and the error goes on', async () => {
  const { progress, text } = record(false);
  await expect(progress.step('Building', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(text()).toBe('✗ Building  (0.0 s)\n');
});
