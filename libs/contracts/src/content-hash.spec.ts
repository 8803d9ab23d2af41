import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, contentHash, hashOfCanonicalJson } from './content-hash.js';

describe('canonical JSON', () => {
  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('does not depend on the order of keys, and leaves undefined members out', () => {
    expect(canonicalJson({ b: 1, a: { d: [2, 1], c: undefined } })).toBe('{"a":{"d":[2,1]},"b":1}');
    expect(canonicalJson({ a: { d: [2, 1] }, b: 1 })).toBe('{"a":{"d":[2,1]},"b":1}');
  });

  it('quotes texts as JSON does', () => {
    const texts = ['plain', '"', '\\', '\u0000\u001f\u007f', '\u2028', 'ü 😀', '\ud800', 'a\udfffb', ''];
    expect(texts.map(canonicalJson)).toEqual(texts.map((text) => JSON.stringify(text)));
  });

  it('quotes keys as JSON does', () => {
    const value = { 'a"b': 1, 'ü\n': 2 };
    expect(JSON.parse(canonicalJson(value))).toEqual(value);
    expect(JSON.parse(canonicalJson(value))).toEqual(value);
  });
});

describe('the content hash', () => {
  const element = { type: 'DataFile', qualifiedName: 'a', properties: { size: 1, name: 'a' } };

  it('is equal for equal content and different for any difference', () => {
    expect(contentHash({ ...element, properties: { name: 'a', size: 1 } })).toBe(contentHash(element));
    expect(contentHash({ ...element, properties: { size: 2, name: 'a' } })).not.toBe(contentHash(element));
    expect(contentHash({ ...element, sourceKey: 'k' })).not.toBe(contentHash(element));
  });

  it('stays what it was: stored hashes are compared with it', () => {
    expect(contentHash(element)).toBe('1TJlFNshGJKoBLvhai4gNa');
    expect(hashOfCanonicalJson(canonicalJson(element))).toBe(contentHash(element));
  });
});
