import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeenSet } from './seen-set.js';

describe('the set of seen elements', () => {
  it('holds what was added and nothing else, however far apart the ids are', () => {
    const ids = fc.array(fc.oneof(fc.integer({ min: 0, max: 200 }), fc.maxSafeNat()));
    fc.assert(
      fc.property(ids, ids, (added, others) => {
        const seen = new SeenSet();
        for (const id of added) seen.add(id);
        const expected = new Set(added);
        expect(seen.size).toBe(expected.size);
        expect(new Set(seen.ids())).toEqual(expected);
        for (const id of [...added, ...others]) expect(seen.has(id)).toBe(expected.has(id));
      }),
    );
  });

  it('tells whether an id is new', () => {
    const seen = new SeenSet();
    expect([seen.add(31), seen.add(32), seen.add(31)]).toEqual([true, true, false]);
  });

  it('takes one bit for each of the ids that follow each other', () => {
    const seen = new SeenSet();
    const before = process.memoryUsage().arrayBuffers;
    for (let id = 1; id <= 1_000_000; id += 1) seen.add(id);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });
});
