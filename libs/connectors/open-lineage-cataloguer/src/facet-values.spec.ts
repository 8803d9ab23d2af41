import { expect, it } from 'vitest';
import { nameNotes, notes } from './facet-values.js';

it('a name is kept as it is, be it blanks; a note that says nothing is not', () => {
  expect(nameNotes({ namespace: 'dbt', name: ' \t' })).toEqual({ namespace: 'dbt', openLineageName: ' \t' });
  expect(notes({ owner: ' ', rows: 3 })).toEqual({ rows: '3' });
});
