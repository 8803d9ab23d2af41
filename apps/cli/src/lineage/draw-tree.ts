import { nameOf, type Flow, type FlowGraph, type GraphElement } from './flow-graph.js';

type Way = 'upstream' | 'downstream';

/**
 * The graph as trees for a terminal: where the data of the roots comes from, and where it goes. What was drawn already
 * is not drawn again below.
 */
export function drawTree(graph: FlowGraph, ways: readonly Way[]): string[] {
  const [first] = graph.elements.values();
  if (!first) return ['nothing'];
  const lines = rootsOf(graph, first).flatMap((root) => drawRoot(graph, root, ways));
  return graph.isTruncated ? [...lines, '… there is more: raise --limit'] : lines;
}

/** The element that was asked for; of columns all, since the walk began at each column of a dataset. */
function rootsOf({ elements, flows }: FlowGraph, first: GraphElement): GraphElement[] {
  if (!/Column|Attribute|Field/.test(first.type)) return [first];
  const touched = new Set(flows.flatMap(({ from, to }) => [from, to]));
  const reached = new Set(flows.map(({ to }) => to));
  const roots = [...elements.values()].filter(({ guid }) => touched.has(guid) && !reached.has(guid));
  return roots.length > 0 ? roots : [first];
}

function drawRoot(graph: FlowGraph, root: GraphElement, ways: readonly Way[]): string[] {
  const isColumns = root !== graph.elements.values().next().value;
  const drawn = (isColumns ? (['downstream'] as const) : ways).map((way) => ({
    way,
    lines: drawBelow(graph, root.guid, way, '', new Set([root.guid])),
  }));
  const shown = drawn.filter(({ lines }) => lines.length > 0);
  return [titleOf(root), ...shown.flatMap(({ way, lines }) => [` ${way}`, ...lines.map(indent)])];
}

const indent = (line: string) => ` ${line}`;

function drawBelow(graph: FlowGraph, guid: string, way: Way, prefix: string, seen: Set<string>): string[] {
  const next = nextOf(graph, guid, way);
  return next.flatMap(({ flow, element }, index) => {
    const isLast = index === next.length - 1;
    const isSeen = seen.has(element.guid);
    seen.add(element.guid);
    const line = `${prefix}${isLast ? '└─ ' : '├─ '}${titleOf(element)}${notesOf(flow, isSeen)}`;
    if (isSeen) return [line];
    return [line, ...drawBelow(graph, element.guid, way, `${prefix}${isLast ? '   ' : '│  '}`, seen)];
  });
}

function nextOf({ elements, flows }: FlowGraph, guid: string, way: Way) {
  return flows
    .filter((flow) => (way === 'downstream' ? flow.from === guid : flow.to === guid && !flow.isRun))
    .flatMap((flow) => {
      const element = elements.get(way === 'downstream' ? flow.to : flow.from);
      return element && element.guid !== guid ? [{ flow, element }] : [];
    })
    .sort((a, b) => (nameOf(a.element) < nameOf(b.element) ? -1 : 1));
}

function titleOf(element: GraphElement): string {
  return `${nameOf(element)} (${element.type})`;
}

function notesOf({ label, isRun }: Flow, isSeen: boolean): string {
  return `${label ? `  = ${label}` : ''}${isRun ? '  run' : ''}${isSeen ? '  (see above)' : ''}`;
}
