/** What is wrong with a value, field by field, in plain words: what is accepted, never the value itself. */
import type { FieldError } from '@idaemon/contracts';
import { z } from 'zod';
import { nearestName } from './nearest-name.js';
import { unknownKey } from './unknown-key.js';

type Issue = z.core.$ZodIssue;

export function fieldErrorsOf(error: z.ZodError, schema: z.ZodType, value: unknown): FieldError[] {
  return oneOfEachPath(error.issues.flatMap((issue) => errorsOf(issue, schema, value)));
}

/** The first error of a path says more than those that follow from it. */
export function oneOfEachPath(errors: readonly FieldError[]): FieldError[] {
  return errors.filter(({ path }, index) => errors.findIndex((other) => other.path === path) === index);
}

function errorsOf(issue: Issue, schema: z.ZodType, value: unknown): FieldError[] {
  const path = dotted(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const accepted = acceptedKeys(schema, issue.path);
    return issue.keys.map((key) => unknownKey(path, key, accepted));
  }
  return [{ path, message: messageOf(issue, schema, valueAt(value, issue.path)) }];
}

function messageOf(issue: Issue, schema: z.ZodType, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined
        ? `is required: ${article(issue.expected)}`
        : `must be ${article(issue.expected)}, not ${article(kindOf(value))}`;
    case 'invalid_value':
      return value === undefined
        ? `is required: ${oneOf(issue.values)}`
        : `must be ${oneOf(issue.values)}${didYouMean(value, issue.values)}`;
    case 'invalid_union':
      return unionMessage(schema, issue);
    case 'too_small':
      return atLeast(issue.origin, issue.minimum);
    case 'too_big':
      return atMost(issue.origin, issue.maximum);
    case 'invalid_format':
      return issue.message.startsWith('must ')
        ? issue.message
        : `must be ${formats[issue.format] ?? `a valid ${issue.format}`}`;
    default:
      return issue.message;
  }
}

const formats: Record<string, string> = {
  datetime: 'a time such as 2026-01-31T08:00:00Z',
  uuid: 'a UUID',
  regex: 'a name of letters, digits and _, beginning with a letter',
  email: 'an e-mail address',
  url: 'a URL',
};

function unionMessage(schema: z.ZodType, issue: Issue): string {
  const description = schemaAt(schema, issue.path)?.description;
  return description
    ? `must be ${lowerFirst(description.replace(/\.$/, ''))}`
    : 'is of none of the accepted forms';
}

/** `origin` is what is measured: the characters of a string, the items of an array, else the value itself. */
export function atLeast(origin: string, minimum: number | bigint): string {
  if (origin === 'string') {
    return Number(minimum) === 1 ? 'must not be empty' : `must be at least ${minimum} characters long`;
  }
  return origin === 'array' ? `must be a list of at least ${minimum}` : `must be at least ${minimum}`;
}

export function atMost(origin: string, maximum: number | bigint): string {
  if (origin === 'string') return `must be at most ${maximum} characters long`;
  return origin === 'array' ? `must be a list of at most ${maximum}` : `must be at most ${maximum}`;
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`;
}

/** Of a choice of words, the one that was probably meant. */
export function didYouMean(value: unknown, choices: readonly unknown[]): string {
  if (typeof value !== 'string' || choices.length < 2) return '';
  const near = nearestName(value, choices.map(String));
  return near === undefined ? '' : `; did you mean ${near}?`;
}

export function article(kind: string): string {
  const names: Record<string, string> = {
    int: 'whole number',
    integer: 'whole number',
    record: 'object',
    array: 'list',
    null: 'null',
  };
  const name = names[kind] ?? kind;
  if (name === 'null') return name;
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner !== null && typeof inner === 'object' ? Reflect.get(inner, key) : undefined),
    value,
  );
}

function acceptedKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const inner = schemaAt(schema, path);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** The schema of a part; undefined where the path leaves what can be followed. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let current: unknown = schema;
  for (const key of [undefined, ...path]) {
    if (key !== undefined) current = innerOf(current, key);
    while (
      current instanceof z.ZodOptional ||
      current instanceof z.ZodDefault ||
      current instanceof z.ZodNullable
    ) {
      current = current.unwrap();
    }
  }
  return current instanceof z.ZodType ? current : undefined;
}

function innerOf(schema: unknown, key: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return Reflect.get(schema.shape, key);
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return schema instanceof z.ZodArray ? schema.element : undefined;
}
