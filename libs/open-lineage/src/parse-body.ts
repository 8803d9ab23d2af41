import { isUtf8 } from 'node:buffer';
import { isObject, isTooDeep, maxDepth, poisonedPath, storableText } from './body-guards.js';
import type { EventIssue } from './event.js';
import { MalformedEventError } from './malformed-event.error.js';

const maxPointerLength = 300;

export interface ParsedBody {
  value: Record<string, unknown>;
  issues: EventIssue[];
}

/** The body as an object that is safe to walk, to copy and to store. Parses once. */
export function parseBody(body: Buffer): ParsedBody {
  if (!isUtf8(body)) throw malformed('', 'encoding', 'The body is not UTF-8.');
  if (isTooDeep(body)) throw malformed('', 'maxDepth', `Nested deeper than ${maxDepth} levels.`);
  const json = withoutByteOrderMark(body.toString('utf8'));
  const storable = storableText(json);
  const value = parse(storable);
  if (!isObject(value)) throw malformed('', 'type', 'An event is a JSON object.');
  const poison = poisonedPath(value, json);
  if (poison !== undefined) {
    throw malformed(poison.slice(0, maxPointerLength), 'propertyNames', 'This key is not taken.');
  }
  return { value, issues: storable === json ? [] : [unstorable] };
}

const unstorable: EventIssue = {
  pointer: '',
  keyword: 'unstorable-text',
  message: 'NUL characters or halves of surrogate pairs are catalogued as U+FFFD.',
};

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    // The engine's message quotes the text.
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const place = position === undefined ? '' : ` at character ${position}`;
    throw malformed('', 'json', `The body is no valid JSON${place}.`);
  }
}

function withoutByteOrderMark(json: string): string {
  return json.charCodeAt(0) === 0xfeff ? json.slice(1) : json;
}

function malformed(pointer: string, keyword: string, message: string): MalformedEventError {
  return new MalformedEventError([{ pointer, keyword, message }]);
}
