export type ValueType = 'boolean' | 'integer' | 'double' | 'date' | 'timestamp' | 'string';

/** What stands for no value at all. */
const gaps = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '-']);

const patterns: readonly [ValueType, RegExp][] = [
  ['boolean', /^(true|false)$/i],
  // A leading zero is part of a code (a postcode), not of a number.
  ['integer', /^[+-]?(0|[1-9]\d{0,17})$/],
  ['double', /^[+-]?(0|[1-9]\d*)?(\.\d*)?([eE][+-]?\d+)?$/],
  ['date', /^\d{4}[-/]\d{1,2}[-/]\d{1,2}$/],
  ['timestamp', /^\d{4}[-/]\d{1,2}[-/]\d{1,2}[T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?$/],
];

/** The narrowest type that all values have; text when there is none, or no value. */
export function guessType(values: readonly string[]): ValueType {
  const present = values.map((value) => value.trim()).filter((value) => !gaps.has(value.toLowerCase()));
  if (present.length === 0) return 'string';
  const found = patterns.find(([, pattern]) =>
    present.every((value) => pattern.test(value) && value !== '.'),
  );
  return found?.[0] ?? 'string';
}
