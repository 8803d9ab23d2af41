import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { below, folderOf, forFileSystem, fromText, isAtOrBelow, join, nameOf, toText } from './raw-path.js';

describe('raw paths', () => {
  it('give any text back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(toText(fromText(text))).toBe(text);
      }),
    );
  });

  it('give the file system the very bytes of a name', () => {
    const bytes = fc.uint8Array({ min: 1, minLength: 1 });
    fc.assert(
      fc.property(bytes, (name) => {
        const raw = Buffer.from(name).toString('latin1');
        const given = forFileSystem(raw);
        expect(Buffer.from(given as Buffer)).toEqual(Buffer.from(name));
      }),
    );
  });

  it('are text that can be stored, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ min: 1 }), (name) => {
        const text = toText(Buffer.from(name).toString('latin1'));
        expect(Buffer.from(text).toString()).toBe(text);
      }),
    );
  });

  it('percent-encode what is not UTF-8, in that name alone', () => {
    const raw = `${fromText('/dätä/100%/')}caf\xe9 5%.csv`;
    expect(toText(raw)).toBe('/dätä/100%/caf%E9 5%25.csv');
  });

  it('are taken apart and put together, at the root too', () => {
    expect([join('/', 'a'), join('/a', 'b')]).toEqual(['/a', '/a/b']);
    expect([folderOf('/a'), folderOf('/a/b')]).toEqual(['/', '/a']);
    expect([nameOf('/'), nameOf('/a/b')]).toEqual(['/', 'b']);
    expect([below('/', '/a/b'), below('/a', '/a/b')]).toEqual(['a/b', 'b']);
    expect([isAtOrBelow('/a', '/ab'), isAtOrBelow('/a', '/a/b'), isAtOrBelow('/', '/x')]).toEqual([
      ...[false, true, true],
    ]);
  });
});
