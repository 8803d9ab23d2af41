import { expect, test } from 'vitest';
import { FailedAttempts } from './failed-attempts.js';

test('an address that tries many tokens has to wait until its minute is over', () => {
  const attempts = new FailedAttempts(3);
  for (const token of ['a', 'b', 'c']) attempts.add('1.2.3.4', token, 1_000);
  expect(attempts.waitMs('1.2.3.4', 21_000)).toBe(40_000);
  expect(attempts.waitMs('5.6.7.8', 21_000)).toBeUndefined();
  expect(attempts.waitMs('1.2.3.4', 61_000)).toBeUndefined();
});

test('a client that goes on with one revoked token shuts nobody out', () => {
  const attempts = new FailedAttempts(3);
  for (let i = 0; i < 1_000; i++) attempts.add('1.2.3.4', 'revoked', i);
  expect(attempts.waitMs('1.2.3.4', 1_000)).toBeUndefined();
});

test('the number of addresses that are remembered is bounded', () => {
  const attempts = new FailedAttempts(1);
  attempts.add('first', 'a', 0);
  for (let i = 0; i < 10_000; i++) attempts.add(`address ${i}`, 'a', 0);
  expect(attempts.waitMs('first', 1)).toBeUndefined();
});
