import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityTypes } from './data/entity-types.js';
import { nearest, nearestType } from './nearest.js';

describe('the nearest type', () => {
  it.each([
    ['CSVFil', 'CSVFile'],
    ['csvfile', 'CSVFile'],
    ['RelationalTabel', 'RelationalTable'],
    ['relational_table', 'RelationalTable'],
    ['Databse', 'Database'],
  ])('to %s is %s', (wrong, right) => {
    expect(nearestType(wrong)).toBe(right);
    expect(nearestType(wrong)).toBe(right);
  });

  it('is looked for among the types of one kind', () => {
    expect(nearestType('Confidentialty', 'classification')).toBe('Confidentiality');
    expect(nearestType('DataFlw', 'relationship')).toBe('DataFlow');
    expect(nearestType('DataFlw', 'classification')).toBeUndefined();
  });

  it.each(['', 'X', 'SomethingElseAltogether', 'x'.repeat(100_000)])(
    'to something far away does not exist',
    (name) => {
      expect(nearestType(name)).toBeUndefined();
    },
  );

  it('to a name with one letter changed, lost or added is within reach', () => {
    const names = Object.keys(entityTypes);
    const kept = fc.constantFrom(0, 1);
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.nat(),
        fc.constantFrom('', '~'),
        kept,
        (name, at, put, keep) => {
          const index = at % name.length;
          const wrong = name.slice(0, index) + put + name.slice(index + 1 - keep);
          expect(nearest(wrong, [name])).toBe(name);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
