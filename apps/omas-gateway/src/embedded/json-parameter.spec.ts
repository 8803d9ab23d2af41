import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStorable, jsonParameter } from './json-parameter.js';

describe('JSON for Postgres', () => {
  it('is the value itself when it can be kept, also with backslashes and control characters', () => {
    for (const text of ['\\u0000', '\\\\u0000', 'tab\tbell\u0007', '😀', 'C:\\udata']) {
      expect(JSON.parse(jsonParameter({ text }))).toEqual({ text });
      expect(isStorable({ text })).toBe(true);
    }
  });

  it('has a replacement where a text cannot be kept', () => {
    expect(JSON.parse(jsonParameter(['a\0b', '\\\0', 'half \ud83d', '\0\0']))).toEqual([
      'a\ufffdb',
      '\\\ufffd',
      'half \ufffd',
      '\ufffd\ufffd',
    ]);
    expect([isStorable('a\0'), isStorable({ key: ['\udc00'] })]).toEqual([false, false]);
  });

  it('never has what Postgres refuses', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '\\', 'u', '0', '\0', '\ud83d', '\ude00', 'd', '"'),
    });
    fc.assert(
      fc.property(text, (value) => {
        const kept = JSON.parse(jsonParameter(value)) as string;
        expect(/[\p{Surrogate}\0]/u.test(kept)).toBe(false);
        expect(kept === value).toBe(isStorable(value));
      }),
    );
  });
});
