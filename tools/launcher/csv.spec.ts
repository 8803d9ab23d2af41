import { expect, test } from 'vitest';
import { parseCsv } from './csv.mjs';

test('reads one object per record', () => {
  expect(parseCsv('a,b\n1,2\n3,4\n')).toEqual([
    { a: '1', b: '2' },
    { a: '3', b: '4' },
  ]);
});

test('reads quoted fields with commas, quotes and line ends', () => {
  expect(parseCsv('name,city\r\n"Smith, ""Jo""","New\nYork"\r\n')).toEqual([
    { name: 'Smith, "Jo"', city: 'New\nYork' },
  ]);
});

test('reads empty fields, also at the end of the text', () => {
  expect(parseCsv('a,b,c\n,,\n1,2,')).toEqual([
    { a: '', b: '', c: '' },
    { a: '1', b: '2', c: '' },
  ]);
});
