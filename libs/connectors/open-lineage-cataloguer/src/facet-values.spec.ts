import { expect, it } from 'vitest';
import { nameNotes, notes } from './facet-values.js';

it('a name is kept as it is, be it blanks or long; a note that says nothing is not', () => {
  expect(nameNotes({ namespace: 'dbt', name: ' \t' })).toEqual({ namespace: 'dbt', openLineageName: ' \t' });
  const long = 'a'.repeat(3_000);
  expect(nameNotes({ namespace: long, name: long }).openLineageName).toBe(long);
  expect(notes({ owner: ' ', rows: 3 })).toEqual({ rows: '3' });
});
