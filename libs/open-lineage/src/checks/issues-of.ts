import type { z } from 'zod';
import { isObject, pointerToken } from '../body-guards.js';
import type { CheckedIssue, CheckOptions } from './check-event.js';

type Issue = z.core.$ZodIssue;

const maxPointerLength = 300;

/** What a value breaks of a schema, as JSON Pointers and keywords; never with the value. */
export function issuesOf(
  schema: z.ZodType,
  value: unknown,
  at: string,
  options: CheckOptions,
): CheckedIssue[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => {
    const found = valueAt(value, issue.path);
    if (found === null && options.mode === 'lenient') return [];
    return [issueOf(issue, found, at, options)];
  });
}

function issueOf(issue: Issue, found: unknown, at: string, { areFormatsErrors }: CheckOptions): CheckedIssue {
  const pointer = issue.path.reduce<string>((path, key) => `${path}/${pointerToken(String(key))}`, at);
  const keyword = keywordOf(issue, found);
  const isMild = keyword === 'format' && !areFormatsErrors;
  return {
    pointer: pointer.slice(0, maxPointerLength),
    keyword,
    message: messageOf(issue, keyword),
    severity: isMild ? 'warning' : 'error',
  };
}

function keywordOf(issue: Issue, found: unknown): string {
  if (found === undefined) return 'required';
  if (issue.code === 'invalid_type') return 'type';
  if (issue.code === 'invalid_value') return 'enum';
  if (issue.code === 'invalid_union') return 'oneOf';
  return issue.code === 'custom' && issue.params?.format ? 'format' : 'constraint';
}

function messageOf(issue: Issue, keyword: string): string {
  if (keyword === 'required') return 'It is missing.';
  if (issue.code === 'invalid_type') return `A value of type ${issue.expected} is needed.`;
  if (issue.code === 'invalid_value') return `One of ${issue.values.map(String).join(', ')} is needed.`;
  if (issue.code === 'custom') return issue.message;
  return 'It has none of the forms that the standard knows.';
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of path) {
    if (Array.isArray(found)) found = found[Number(key)];
    else if (isObject(found) && Object.hasOwn(found, key)) found = found[String(key)];
    else return undefined;
  }
  return found;
}
