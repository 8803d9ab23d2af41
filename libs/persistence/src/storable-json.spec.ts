import { expect, it } from 'vitest';
import { storableJson } from './storable-json.js';

it('leaves alone what Postgres takes', () => {
  const value = { 'a "key"': ['\\u0000', 'C:\\ud800', '\u0001\n\t', '😀', null, 1] };
  expect(storableJson(value)).toBe(JSON.stringify(value));
});

it('replaces NUL characters and halves of surrogate pairs', () => {
  const broken = { 'key\0': ['a\0b', '\uD83D cut', 'cut \uDE00', '\\\0'] };
  const stored = JSON.parse(storableJson(broken)) as unknown;
  expect(stored).toEqual({ 'key\uFFFD': ['a\uFFFDb', '\uFFFD cut', 'cut \uFFFD', '\\\uFFFD'] });
});
