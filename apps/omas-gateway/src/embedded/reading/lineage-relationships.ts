import type { RelationshipTypeName } from '@idaemon/open-metadata';

/**
 * The relationship types along which data or control flows from one element to another, each with the end that it
 * flows from. Containment, meaning, ownership and deployment are not lineage: the neighbourhood shows them.
 */
export const lineageRelationships = {
  ControlFlow: { from: 1 },
  DataContentForDataSet: { from: 1 },
  DataFlow: { from: 1 },
  // A derived element is computed from its query target.
  DerivedSchemaTypeQueryTarget: { from: 2 },
  InformationSupplyChainLink: { from: 1 },
  LineageMapping: { from: 1 },
  ProcessCall: { from: 1 },
  // End 1 is the process: it consumes its input and produces its output.
  ProcessInput: { from: 2 },
  ProcessOutput: { from: 1 },
  SchemaQueryImplementation: { from: 2 },
} as const satisfies Partial<Record<RelationshipTypeName, { from: 1 | 2 }>>;

/** The names of the lineage types that flow from this end of theirs. */
export function lineageTypesFrom(end: 1 | 2): string[] {
  return Object.entries(lineageRelationships)
    .filter(([, { from }]) => from === end)
    .map(([name]) => name);
}
