import { expect, it } from 'vitest';
import { Pressure } from './pressure.js';

function pressureAt() {
  const clock = { nowMs: 0 };
  return { clock, pressure: new Pressure(() => clock.nowMs) };
}

it('is high while thousands of events come in a second, and ends soon after', () => {
  const { clock, pressure } = pressureAt();
  for (; clock.nowMs < 2_000; clock.nowMs += 10) pressure.note(30, 1);
  expect(pressure.isHigh).toBe(true);
  clock.nowMs += 600;
  expect(pressure.isHigh).toBe(false);
});

it('is high while many wait at once, however slow they are served', () => {
  const { clock, pressure } = pressureAt();
  for (; clock.nowMs < 2_000; clock.nowMs += 100) pressure.note(1, 20);
  expect(pressure.isHigh).toBe(true);
});

it('is not high while hundreds come in a second, a few at once', () => {
  const { clock, pressure } = pressureAt();
  for (; clock.nowMs < 2_000; clock.nowMs += 10) {
    pressure.note(10, 3);
    expect(pressure.isHigh).toBe(false);
  }
});
