import { flowsFromEnd2 } from '@idaemon/contracts';
import { relationshipEnds } from '@idaemon/open-metadata';
import { describe, expect, it } from 'vitest';
import { lineageRelationships, lineageTypesFrom } from './lineage-relationships.js';

/** What the type system calls the end that a flow comes from. */
const supplying = /supplier|source|supply|currentStep|caller|dataContent|producedBy|queryTarget|InputData/i;

describe('the relationship types of lineage', () => {
  it('flow from the end that the type system names as the supplying one', () => {
    for (const [name, { from }] of Object.entries(lineageRelationships)) {
      expect(relationshipEnds(name)?.[from - 1]?.name, name).toMatch(supplying);
    }
  });

  it('are each found under the one end that they flow from', () => {
    const types = [...lineageTypesFrom(1), ...lineageTypesFrom(2)];
    expect(types.sort()).toEqual(Object.keys(lineageRelationships).sort());
    expect(lineageTypesFrom(2)).toEqual(flowsFromEnd2);
  });
});
