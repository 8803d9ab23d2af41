import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isStorable, storableJson } from './storable-json.js';

it('leaves alone what Postgres takes', () => {
  const value = { 'a "key"': ['\\u0000', '\\\\u0000', 'C:\\ud800', '\u0001\n\t\u0007', '😀', null, 1] };
  expect(storableJson(value)).toBe(JSON.stringify(value));
  expect(isStorable(value)).toBe(true);
});

it('replaces NUL characters and halves of surrogate pairs', () => {
  const broken = { 'key\0': ['a\0b', '\uD83D cut', 'cut \uDE00', '\\\0', '\0\0'] };
  const stored = JSON.parse(storableJson(broken)) as unknown;
  expect(stored).toEqual({
    'key\uFFFD': ['a\uFFFDb', '\uFFFD cut', 'cut \uFFFD', '\\\uFFFD', '\uFFFD\uFFFD'],
  });
  expect([isStorable('a\0'), isStorable({ key: ['\udc00'] })]).toEqual([false, false]);
});

it('never has what Postgres refuses', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '\\', 'u', '0', '\0', '\ud83d', '\ude00', 'd', '"') });
  fc.assert(
    fc.property(text, (value) => {
      const kept = JSON.parse(storableJson(value)) as string;
      expect(/[\p{Surrogate}\0]/u.test(kept)).toBe(false);
      expect(kept === value).toBe(isStorable(value));
    }),
  );
});
