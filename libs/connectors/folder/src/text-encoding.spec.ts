import { describe, expect, it } from 'vitest';
import { countLines, decodeText, textEncodingOf } from './text-encoding.js';

describe('textEncodingOf', () => {
  it.each([
    ['UTF-8', Buffer.from('plain')],
    ['UTF-8', Buffer.from('Größe')],
    ['UTF-8', Buffer.from('\ufeffwith a mark')],
    ['UTF-16LE', Buffer.from('\ufeffid;Größe', 'utf16le')],
    ['UTF-16LE', Buffer.from('without a mark', 'utf16le')],
    ['UTF-16BE', Buffer.from('without a mark', 'utf16le').swap16()],
    ['windows-1252', Buffer.from('Größe', 'latin1')],
  ])('tells %s', (encoding, head) => {
    expect(textEncodingOf(head, true)).toBe(encoding);
  });

  it('tells what is no text', () => {
    expect(textEncodingOf(Buffer.from([0, 1, 2, 3, 0, 0, 9, 200]), true)).toBeUndefined();
    expect(textEncodingOf(Buffer.from([0xff, 0x01, 0xfe, 0x02]), true)).toBeUndefined();
  });

  it('knows a text by a beginning that ends inside of a character', () => {
    const whole = Buffer.from('Größe 𝄞');
    for (let length = 1; length < whole.length; length++)
      expect(textEncodingOf(whole.subarray(0, length), false)).toBe('UTF-8');
    expect(textEncodingOf(whole.subarray(0, whole.length - 1), true)).toBe('windows-1252');
  });
});

describe('decodeText', () => {
  it('leaves a byte order mark out', () => {
    expect(decodeText(Buffer.from('\ufeffid'), 'UTF-8')).toBe('id');
    expect(decodeText(Buffer.from('\ufeffid', 'utf16le'), 'UTF-16LE')).toBe('id');
  });
});

describe('countLines', () => {
  it('counts a last line that has no end', () => {
    expect(countLines(Buffer.from(''), 'UTF-8')).toBe(0);
    expect(countLines(Buffer.from('a\nb\n'), 'UTF-8')).toBe(2);
    expect(countLines(Buffer.from('a\r\nb'), 'UTF-8')).toBe(2);
    expect(countLines(Buffer.from('a\nb\n', 'utf16le'), 'UTF-16LE')).toBe(2);
  });
});
