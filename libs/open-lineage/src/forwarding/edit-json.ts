import { endOfText } from '../body-guards.js';

/** A member of an object; arrays add nothing to the path. */
export interface Member {
  path: readonly string[];
  /** The text of its value, as it stands there. */
  value: () => string;
}

/** Leaves a member and looks into it, leaves it out, or puts other JSON text in place of its value. */
export type Decision = 'keep' | 'drop' | { replace: string };

interface Edit {
  start: number;
  end: number;
  text: string;
}

interface Span {
  start: number;
  end: number;
}

const openObject = 0x7b;
const openArray = 0x5b;
const closeObject = 0x7d;
const closeArray = 0x5d;
const quote = 0x22;
const comma = 0x2c;

/**
 * Changes members of well-formed JSON in its text, and nothing else of it: parsing and writing it anew would round long
 * numbers. The same buffer when nothing was decided.
 */
export function editJson(body: Buffer, decide: (member: Member) => Decision): Buffer {
  const edits: Edit[] = [];
  const first = body.findIndex((byte) => byte === openObject || byte === openArray);
  if (first >= 0) editValue(body, first, [], decide, edits);
  return edits.length === 0 ? body : applied(body, edits);
}

/** Returns the index behind the value. */
function editValue(
  body: Buffer,
  start: number,
  path: readonly string[],
  decide: (member: Member) => Decision,
  edits: Edit[],
): number {
  switch (body[start]) {
    case openObject:
      return editObject(body, start, path, decide, edits);
    case openArray:
      return editArray(body, start, path, decide, edits);
    default:
      return endOfScalar(body, start);
  }
}

function editArray(...[body, start, path, decide, edits]: Parameters<typeof editValue>): number {
  let at = skipSpace(body, start + 1);
  while (at < body.length && body[at] !== closeArray) {
    at = skipSpace(body, editValue(body, at, path, decide, edits));
    if (body[at] === comma) at = skipSpace(body, at + 1);
  }
  return at + 1;
}

function editObject(...[body, start, path, decide, edits]: Parameters<typeof editValue>): number {
  const members: (Span & { isDropped: boolean })[] = [];
  let at = skipSpace(body, start + 1);
  while (at < body.length && body[at] !== closeObject) {
    const keyEnd = endOfText(body, at) + 1;
    const key = String(JSON.parse(body.toString('utf8', at, keyEnd)));
    // Behind the colon.
    const valueStart = skipSpace(body, skipSpace(body, keyEnd) + 1);
    const own = [...path, key];
    const value = () => body.toString('utf8', valueStart, endOfValue(body, valueStart));
    const decision = decide({ path: own, value });
    const end =
      decision === 'keep' ? editValue(body, valueStart, own, decide, edits) : endOfValue(body, valueStart);
    if (typeof decision === 'object') edits.push({ start: valueStart, end, text: decision.replace });
    members.push({ start: at, end, isDropped: decision === 'drop' });
    at = skipSpace(body, end);
    if (body[at] === comma) at = skipSpace(body, at + 1);
  }
  edits.push(...removals(members));
  return at + 1;
}

/** A dropped member goes with the comma behind it; the last ones go with the comma before them. */
function removals(members: readonly (Span & { isDropped: boolean })[]): Edit[] {
  const lastKept = members.findLastIndex(({ isDropped }) => !isDropped);
  const edits = members.slice(0, lastKept + 1).flatMap(({ start, isDropped }, index) => {
    const next = members[index + 1];
    return isDropped && next ? [{ start, end: next.start, text: '' }] : [];
  });
  const tail = members.slice(lastKept + 1);
  const [first, last] = [tail[0], tail.at(-1)];
  if (!first || !last) return edits;
  return [...edits, { start: members[lastKept]?.end ?? first.start, end: last.end, text: '' }];
}

function applied(body: Buffer, edits: Edit[]): Buffer {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start)) {
    pieces.push(body.subarray(at, start), Buffer.from(text));
    at = end;
  }
  return Buffer.concat([...pieces, body.subarray(at)]);
}

function endOfValue(body: Buffer, start: number): number {
  let depth = 0;
  for (let index = start; index < body.length; index++) {
    const byte = body[index];
    if (byte === quote) index = endOfText(body, index);
    else if (byte === openObject || byte === openArray) depth++;
    else if (byte === closeObject || byte === closeArray) depth--;
    else if (depth === 0) return endOfScalar(body, start);
    if (depth === 0) return index + 1;
  }
  return body.length;
}

function endOfScalar(body: Buffer, start: number): number {
  if (body[start] === quote) return endOfText(body, start) + 1;
  let at = start;
  while (at < body.length && !endsScalar(body[at])) at++;
  return at;
}

function endsScalar(byte: number | undefined): boolean {
  return byte === comma || byte === closeObject || byte === closeArray || isSpace(byte);
}

function skipSpace(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length && isSpace(body[at])) at++;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
