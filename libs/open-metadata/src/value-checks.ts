import type { AttributeTypeName, ValueTypes } from './attribute-types.js';
import { enumTypes } from './data/enum-types.js';
import type { EnumFacts } from './facts.js';
import { nearest } from './nearest.js';
import { quoted } from './quoted.js';
import { isEnumType } from './type-names.js';

/** Says what is wrong with a value ("must be …"); undefined when it is right. */
export type ValueCheck = (value: unknown) => string | undefined;

const isBoolean: ValueCheck = (value) =>
  typeof value === 'boolean' ? undefined : mustBe('true or false', value);

const isNumber: ValueCheck = (value) => (Number.isFinite(value) ? undefined : mustBe('a number', value));

const isText: ValueCheck = (value) =>
  typeof value === 'string' ? wellFormed(value) : mustBe('a text', value);

const isCharacter: ValueCheck = (value) =>
  typeof value === 'string' && value.length === 1 ? wellFormed(value) : mustBe('a single character', value);

const isDigits: ValueCheck = (value) =>
  typeof value === 'string' && /^-?\d+$/.test(value)
    ? undefined
    : mustBe('a whole number as text, such as "42"', value);

const isDecimal: ValueCheck = (value) =>
  typeof value === 'string' && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)
    ? undefined
    : mustBe('a decimal number as text, such as "3.14"', value);

const isDate: ValueCheck = (value) =>
  typeof value === 'string' && isIsoDate(value)
    ? undefined
    : mustBe('a date in UTC, such as 2024-05-31T10:15:30.000Z', value);

const isJson: ValueCheck = (value) => {
  if (typeof value === 'string') return wellFormed(value);
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return undefined;
  if (Array.isArray(value)) return firstOf(value, isJson);
  return isObject(value) ? mapOf(isJson)(value) : mustBe('a JSON value', value);
};

const valueChecks: Record<keyof ValueTypes, ValueCheck> = {
  string: isText,
  char: isCharacter,
  date: isDate,
  boolean: isBoolean,
  byte: isWhole(-128, 127),
  short: isWhole(-32_768, 32_767),
  int: isWhole(-2_147_483_648, 2_147_483_647),
  // JSON numbers are exact only this far.
  long: isWhole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  float: isNumber,
  double: isNumber,
  biginteger: isDigits,
  bigdecimal: isDecimal,
  object: isJson,
  'array<string>': arrayOf('texts', isText),
  'array<int>': arrayOf('whole numbers', isWhole(-2_147_483_648, 2_147_483_647)),
  'map<string,string>': mapOf(isText),
  'map<string,boolean>': mapOf(isBoolean),
  'map<string,int>': mapOf(isWhole(-2_147_483_648, 2_147_483_647)),
  'map<string,long>': mapOf(isWhole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)),
  'map<string,object>': mapOf(isJson),
};

export function valueCheckOf(type: AttributeTypeName): ValueCheck {
  return isEnumType(type) ? oneOf(type, enumTypes[type]) : valueChecks[type];
}

/** Postgres stores neither NUL characters nor halves of surrogate pairs. */
export function wellFormed(text: string): string | undefined {
  return /[\0\p{Surrogate}]/u.test(text) ? 'must not contain NUL characters or broken Unicode' : undefined;
}

function isWhole(min: number, max: number): ValueCheck {
  return (value) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max
      ? undefined
      : mustBe(`a whole number from ${min} to ${max}`, value);
}

function oneOf(type: string, { values }: EnumFacts): ValueCheck {
  const names = new Set(Object.keys(values));
  return (value) => {
    if (typeof value !== 'string') return mustBe(`a value of ${type}: ${[...names].join(', ')}`, value);
    if (names.has(value)) return undefined;
    const near = nearest(value, names);
    const hint = near ? `; did you mean ${near}?` : '';
    return `must be a value of ${type} (${[...names].join(', ')}), not ${quoted(value)}${hint}`;
  };
}

function arrayOf(what: string, check: ValueCheck): ValueCheck {
  return (value) => (Array.isArray(value) ? firstOf(value, check) : mustBe(`an array of ${what}`, value));
}

function firstOf(items: readonly unknown[], check: ValueCheck): string | undefined {
  for (const [index, item] of items.entries()) {
    const wrong = check(item);
    if (wrong) return `item ${index} ${wrong}`;
  }
  return undefined;
}

function mapOf(check: ValueCheck): ValueCheck {
  return (value) => {
    if (!isObject(value)) return mustBe('an object', value);
    for (const [key, member] of Object.entries(value)) {
      const wrong = wellFormed(key) ?? check(member);
      if (wrong) return `member ${quoted(key)} ${wrong}`;
    }
    return undefined;
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

const isoDate = /^(?:\d{4}|[+-]\d{6})-\d{2}-(\d{2})T(?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d+)?Z$/;

function isIsoDate(text: string): boolean {
  const day = isoDate.exec(text)?.[1];
  if (day === undefined) return false;
  const time = Date.parse(text);
  // `Date.parse` takes 30 February for 1 March.
  return !Number.isNaN(time) && (day <= '28' || new Date(time).getUTCDate() === Number(day));
}

function mustBe(what: string, value: unknown): string {
  return `must be ${what}, not ${kindOf(value)}`;
}

/** The kind and never the value, which may be a secret in the wrong place; a number alone is told. */
function kindOf(value: unknown): string {
  if (value === null) return 'null; leave the attribute out instead';
  if (value === undefined) return 'undefined';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a Date; use its toISOString()';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'boolean') return 'a boolean';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
