import { endOfText } from './body-guards.js';
import { MalformedEventError } from './malformed-event.error.js';

/** Bytes from `start` up to, not including, `end`. */
export interface Slice {
  start: number;
  end: number;
}

export interface CutOptions {
  /** More elements than this make the batch malformed; each slice takes memory. */
  maxEvents?: number;
}

const byte = {
  comma: 0x2c,
  quote: 0x22,
  openArray: 0x5b,
  closeArray: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
};
const byteOrderMark = [0xef, 0xbb, 0xbf];

/**
 * Where the elements of a JSON array lie in its bytes, so that each can be stored as it was sent. Does not judge the
 * elements: `readEvent` does, for each on its own. Throws MalformedEventError when the array itself cannot be cut.
 */
export function cutBatch(body: Buffer, { maxEvents = 1_000 }: CutOptions = {}): Slice[] {
  let at = skipSpace(body, startOf(body));
  if (body[at] !== byte.openArray) throw malformed('', 'type', 'A batch is a JSON array of events.');
  const slices: Slice[] = [];
  at = skipSpace(body, at + 1);
  if (body[at] === byte.closeArray) return endingAt(body, at, slices);
  for (;;) {
    if (slices.length >= maxEvents) {
      throw malformed('', 'maxItems', `A batch has at most ${maxEvents} events; send several.`);
    }
    const end = endOfElement(body, at);
    const trimmed = trimEnd(body, at, end);
    if (trimmed === at || end >= body.length) {
      throw malformed(`/${slices.length}`, 'json', 'The array ends or breaks here.');
    }
    slices.push({ start: at, end: trimmed });
    if (body[end] === byte.closeArray) return endingAt(body, end, slices);
    at = skipSpace(body, end + 1);
  }
}

/** The comma or closing bracket after the element, or the length of the body. */
function endOfElement(body: Buffer, start: number): number {
  let depth = 0;
  for (let index = start; index < body.length; index++) {
    switch (body[index]) {
      case byte.quote:
        index = endOfText(body, index);
        break;
      case byte.openArray:
      case byte.openObject:
        depth++;
        break;
      case byte.closeArray:
        if (depth === 0) return index;
        depth--;
        break;
      case byte.closeObject:
        if (depth === 0) return body.length;
        depth--;
        break;
      case byte.comma:
        if (depth === 0) return index;
        break;
    }
  }
  return body.length;
}

function endingAt(body: Buffer, closing: number, slices: Slice[]): Slice[] {
  if (skipSpace(body, closing + 1) === body.length) return slices;
  throw malformed('', 'json', 'Something follows the array.');
}

function startOf(body: Buffer): number {
  return byteOrderMark.every((mark, index) => body[index] === mark) ? byteOrderMark.length : 0;
}

function skipSpace(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length && isSpace(body[at])) at++;
  return at;
}

function trimEnd(body: Buffer, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(body[at - 1])) at--;
  return at;
}

function isSpace(code: number | undefined): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function malformed(pointer: string, keyword: string, message: string): MalformedEventError {
  return new MalformedEventError([{ pointer, keyword, message }]);
}
