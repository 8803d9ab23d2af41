import { describe, expect, it } from 'vitest';
import { hashOf } from '../hash-of.js';
import { compareLinks, distinctLinks, type DeclaredLink, type StoredLink } from './relationship-rows.js';

const link = (type: string, other: number, properties = {}): DeclaredLink => ({
  type,
  end1_id: other,
  end2_id: 1,
  declared_end: 2,
  properties,
  via: null,
});
const stored = (id: number, of: DeclaredLink): StoredLink => ({ ...of, id });

describe('the relationships that an element declares', () => {
  it('are left alone where they are as they should be, whatever the order of their properties', () => {
    const wanted = [link('NestedFile', 2, { a: 1, b: 2 })];
    const difference = compareLinks(wanted, [stored(7, link('NestedFile', 2, { b: 2, a: 1 }))]);
    expect(difference).toEqual({ missing: [], changed: [], surplus: [] });
  });

  it('keep their identity when only their properties change', () => {
    const difference = compareLinks([link('NestedFile', 2, { a: 2 })], [stored(7, link('NestedFile', 2))]);
    expect(difference).toEqual({
      missing: [],
      changed: [{ id: 7, properties: { a: 2 } }],
      surplus: [],
    });
  });

  it('are replaced when they lead elsewhere', () => {
    const difference = compareLinks([link('NestedFile', 3)], [stored(7, link('NestedFile', 2))]);
    expect(difference).toMatchObject({ missing: [{ end1_id: 3 }], changed: [], surplus: [{ id: 7 }] });
  });

  it('are one for each name by which the element refers to the other one', () => {
    const both = [
      { ...link('NestedFile', 2), via: 'name' },
      { ...link('NestedFile', 2), via: 'file://host\n/name' },
    ];
    expect(distinctLinks(both)).toHaveLength(2);
    const difference = compareLinks(both, [stored(7, { ...link('NestedFile', 2), via: hashOf('name') })]);
    expect(difference).toMatchObject({ missing: [{ via: 'file://host\n/name' }], changed: [], surplus: [] });
  });

  it('may be several between the same elements, told apart by their properties, where the type allows it', () => {
    const flows = [link('DataFlow', 2, { formula: 'a' }), link('DataFlow', 2, { formula: 'b' })];
    expect(distinctLinks([...flows, ...flows])).toEqual(flows);
    expect(distinctLinks([link('NestedFile', 2), link('NestedFile', 2, { a: 1 })])).toHaveLength(1);
    const difference = compareLinks(flows, [stored(7, link('DataFlow', 2, { formula: 'a' }))]);
    expect(difference).toMatchObject({
      missing: [{ properties: { formula: 'b' } }],
      changed: [],
      surplus: [],
    });
  });
});
