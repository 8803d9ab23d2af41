import { flowsFromEnd2, type Graph, type Relationship } from '@idaemon/contracts';

export type GraphElement = Graph['elements'][number];

export interface Flow {
  from: string;
  to: string;
  /** Of a column: how it is computed. */
  label: string;
  /** A run of its process: no data flows. */
  isRun: boolean;
}

/** The graph as what flows where, by GUIDs. */
export interface FlowGraph {
  elements: ReadonlyMap<string, GraphElement>;
  flows: readonly Flow[];
  isTruncated: boolean;
}

export function flowGraphOf({ elements, relationships, truncated }: Graph): FlowGraph {
  return {
    elements: new Map(elements.map((element) => [element.guid, element])),
    flows: relationships.map(flowOf),
    isTruncated: truncated,
  };
}

function flowOf({ type, end1, end2, properties }: Relationship): Flow {
  const [from, to] = flowsFromEnd2.includes(type) ? [end2, end1] : [end1, end2];
  const label = typeof properties.formula === 'string' ? properties.formula : '';
  return { from: from.guid, to: to.guid, label, isRun: type === 'ProcessHierarchy' };
}

export function nameOf({ displayName, qualifiedName }: GraphElement): string {
  return displayName || qualifiedName;
}
