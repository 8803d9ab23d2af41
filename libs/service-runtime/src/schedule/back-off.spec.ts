import { expect, it } from 'vitest';
import { BackOff } from './back-off.js';

const middle = () => 0.5;

it('doubles from one second to five minutes', () => {
  const backOff = new BackOff({ random: middle });
  const delays = Array.from({ length: 11 }, () => backOff.nextDelayMs());
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1000));
});

it('is spread by an eighth to both sides', () => {
  expect(new BackOff({ random: () => 0 }).nextDelayMs()).toBe(875);
  expect(new BackOff({ random: () => 1 }).nextDelayMs()).toBe(1_125);
});

it('honours a longer time that the other side asks for', () => {
  const backOff = new BackOff({ random: middle });
  expect(backOff.nextDelayMs(30_000)).toBe(30_000);
  expect(backOff.nextDelayMs(10)).toBe(2_000);
});

it('begins anew after a success', () => {
  const backOff = new BackOff({ random: middle });
  backOff.nextDelayMs();
  backOff.nextDelayMs();
  backOff.reset();
  expect(backOff.nextDelayMs()).toBe(1_000);
});
