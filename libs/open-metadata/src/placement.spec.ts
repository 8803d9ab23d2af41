import { describe, expect, it } from 'vitest';
import { classificationFits, relationshipEnds, validEntityTypesOf } from './placement.js';

describe('the ends of a relationship type', () => {
  it('say which entity type is where, and how many the other end may have', () => {
    expect(relationshipEnds('AttachedComment')).toEqual([
      { type: 'Referenceable', name: 'commentAnchor', multiplicity: '0..1' },
      { type: 'Comment', name: 'comments', multiplicity: '0..*' },
    ]);
  });

  it.each(['Asset', 'Nonsense', 'toString'])('are unknown for %s, which is no relationship type', (name) => {
    expect(relationshipEnds(name)).toBeUndefined();
  });
});

describe('a classification', () => {
  it('fits the entity types that it names and their subtypes', () => {
    expect(validEntityTypesOf('DatabaseServer')).toEqual(['ITInfrastructure']);
    expect(classificationFits('DatabaseServer', 'ITInfrastructure')).toBe(true);
    expect(classificationFits('DatabaseServer', 'SoftwareServer')).toBe(true);
  });

  it('fits no other type', () => {
    expect(classificationFits('DatabaseServer', 'GlossaryTerm')).toBe(false);
    expect(classificationFits('DatabaseServer', 'Asset')).toBe(false);
    expect(classificationFits('Nonsense', 'Asset')).toBe(false);
    expect(classificationFits('DatabaseServer', 'Nonsense')).toBe(false);
  });
});
