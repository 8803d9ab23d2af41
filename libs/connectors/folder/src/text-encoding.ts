import { isUtf8 } from 'node:buffer';

const byteOrderMarks = [
  { encoding: 'UTF-8', mark: [0xef, 0xbb, 0xbf] },
  { encoding: 'UTF-16LE', mark: [0xff, 0xfe] },
  { encoding: 'UTF-16BE', mark: [0xfe, 0xff] },
] as const;

/** The encoding of a text by its beginning; undefined when it is no text. What is none of Unicode's is a guess. */
export function textEncodingOf(head: Buffer, isWhole: boolean): string | undefined {
  for (const { encoding, mark } of byteOrderMarks) {
    if (mark.every((byte, index) => head[index] === byte)) return encoding;
  }
  if (head.includes(0)) return utf16Of(head);
  if (isUtf8(isWhole ? head : withoutCutCharacter(head))) return 'UTF-8';
  return hasControlCharacters(head) ? undefined : 'windows-1252';
}

/** `encoding` is one that `textEncodingOf` gives; a byte order mark is left out. */
export function decodeText(head: Buffer, encoding: string): string {
  return new TextDecoder(encoding).decode(head, { stream: true });
}

/** Line ends of ASCII and all encodings above it; a last line without one counts too. */
export function countLines(whole: Buffer, encoding: string): number {
  if (whole.length === 0) return 0;
  if (encoding.startsWith('UTF-16')) return countLines(Buffer.from(decodeText(whole, encoding)), 'UTF-8');
  let lines = 0;
  let at = whole.indexOf(10);
  for (; at !== -1; at = whole.indexOf(10, at + 1)) lines++;
  return whole.at(-1) === 10 ? lines : lines + 1;
}

/** Western text in UTF-16 has a zero in every other byte. */
function utf16Of(head: Buffer): string | undefined {
  const sample = head.subarray(0, Math.min(head.length, 512) & ~1);
  let evenZeros = 0;
  let oddZeros = 0;
  for (const [index, byte] of sample.entries()) {
    if (byte !== 0) continue;
    if (index % 2 === 0) evenZeros++;
    else oddZeros++;
  }
  const many = sample.length * 0.35;
  if (oddZeros > many && evenZeros === 0) return 'UTF-16LE';
  return evenZeros > many && oddZeros === 0 ? 'UTF-16BE' : undefined;
}

/** A sample may end inside of a character: at most three bytes of it are there. */
function withoutCutCharacter(head: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, head.length); back++) {
    const byte = head[head.length - back] ?? 0;
    if (byte >= 0xc0) return head.subarray(0, head.length - back);
    if (byte < 0x80) break;
  }
  return head;
}

function hasControlCharacters(head: Buffer): boolean {
  return head.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27));
}
