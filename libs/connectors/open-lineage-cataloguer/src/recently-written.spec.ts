import { expect, it } from 'vitest';
import { RecentlyWritten } from './recently-written.js';

it('knows for ten minutes what was written', () => {
  let nowMs = 0;
  const recently = new RecentlyWritten(() => nowMs);
  expect(recently.isNews('a', { x: 1 })).toBe(true);
  nowMs = 599_999;
  expect([recently.isNews('a', { x: 1 }), recently.isNews('b', { x: 1 })]).toEqual([false, true]);
  nowMs = 600_000;
  expect(recently.isNews('a', { x: 1 })).toBe(true);
  expect(recently.isNews('a', { x: 2 })).toBe(true);
});

it('forgets the oldest of very many', () => {
  const recently = new RecentlyWritten(() => 0);
  for (let n = 0; n < 20_001; n++) recently.isNews(`thing ${n}`, n);
  expect([recently.isNews('thing 1', 1), recently.isNews('thing 0', 0)]).toEqual([false, true]);
});
