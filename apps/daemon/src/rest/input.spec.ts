import { expect, test } from 'vitest';
import { preconditionsOf } from './input.js';

test.each([
  ['"3"', { revisions: [3] }],
  ['W/"3"', { revisions: [3] }],
  ['3', { revisions: [3] }],
  ['"3", "4"', { revisions: [3, 4] }],
  ['*', { isPresent: true }],
])('If-Match: %s', (header, expected) => {
  expect(preconditionsOf({ 'if-match': header })).toEqual(expected);
});

test('a request without conditions is unconditional', () => {
  expect(preconditionsOf({})).toEqual({});
  expect(preconditionsOf({ 'if-none-match': '*' })).toEqual({ isAbsent: true });
});

test.each(['abc', '"a"', '', '"-1"'])('If-Match: %s is refused', (header) => {
  expect(() => preconditionsOf({ 'if-match': header })).toThrow('which is no revision');
});
