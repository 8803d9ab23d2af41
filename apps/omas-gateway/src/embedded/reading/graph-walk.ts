import type { Graph, Relationship } from '@idaemon/contracts';
import { ByteBudget } from './page.js';

export type GraphElement = Graph['elements'][number];

/** An element with the number that the store knows it by. */
export interface Node {
  id: number;
  element: GraphElement;
}
/** A relationship with the numbers of its ends. */
export interface Edge {
  id: number;
  end1: number;
  end2: number;
  relationship: Relationship;
}

/** Finds the relationships that lead on from some elements, at most `limit`, in the order of their numbers. */
export type Step = (from: readonly number[], limit: number) => Promise<Edge[]>;

export interface WalkRequest {
  starts: readonly Node[];
  /** Each goes its own way from the starts: what is upstream of something downstream is neither. */
  steps: readonly Step[];
  depth: number;
  /** Elements of the graph. */
  limit: number;
  nodesOf: (ids: readonly number[]) => Promise<Node[]>;
  maxBytes?: number;
}

/** Relationships that are looked at for one more element of the graph, before it is cut. */
const edgesPerElement = 4;

/** The graph around some elements, nearest first, level by level; what was seen is not walked again, so circles end. */
export async function walk(request: WalkRequest): Promise<Graph> {
  const { starts, steps, depth } = request;
  const graph = new GrowingGraph(starts, request);
  const from = starts.map(({ id }) => id).filter((id) => graph.has(id));
  let ways = steps.map((step) => ({ step, frontier: from, seen: new Set(from) }));
  for (let level = 0; level < depth && ways.length > 0 && !graph.isTruncated; level++) {
    const next: typeof ways = [];
    for (const way of ways) {
      const frontier = await stepOn(way, graph, request);
      if (frontier.length > 0) next.push({ ...way, frontier });
    }
    ways = next;
  }
  return graph.result();
}

async function stepOn(
  { step, frontier, seen }: { step: Step; frontier: number[]; seen: Set<number> },
  graph: GrowingGraph,
  { limit, nodesOf }: WalkRequest,
): Promise<number[]> {
  const most = limit * edgesPerElement;
  const edges = await step(frontier, most + 1);
  if (edges.length > most) graph.isTruncated = true;
  const ends = new Set(edges.slice(0, most).flatMap(({ end1, end2 }) => [end1, end2]));
  const reached = [...ends].filter((id) => !seen.has(id));
  graph.addNodes(await nodesOf(reached.filter((id) => !graph.has(id))));
  graph.addEdges(edges.slice(0, most));
  for (const id of reached) seen.add(id);
  return reached.filter((id) => graph.has(id));
}

/** Takes elements and relationships until there are enough of them, or as many as a reply holds. */
class GrowingGraph {
  isTruncated = false;
  readonly #nodes = new Map<number, GraphElement>();
  readonly #edges = new Map<number, Relationship>();
  readonly #budget: ByteBudget;

  constructor(
    starts: readonly Node[],
    private readonly request: { limit: number; maxBytes?: number },
  ) {
    this.#budget = new ByteBudget(request.maxBytes);
    this.addNodes(starts);
  }

  has(id: number): boolean {
    return this.#nodes.has(id);
  }

  addNodes(nodes: readonly Node[]): void {
    for (const { id, element } of nodes) {
      if (this.#nodes.size >= this.request.limit || !this.#budget.takes(element)) {
        this.isTruncated = true;
        return;
      }
      this.#nodes.set(id, element);
    }
  }

  /** Only between elements of the graph. */
  addEdges(edges: readonly Edge[]): void {
    for (const { id, end1, end2, relationship } of edges) {
      if (this.#edges.has(id) || !this.has(end1) || !this.has(end2)) continue;
      if (!this.#budget.takes(relationship)) {
        this.isTruncated = true;
        return;
      }
      this.#edges.set(id, relationship);
    }
  }

  result(): Graph {
    return {
      elements: [...this.#nodes.values()],
      relationships: [...this.#edges.values()],
      truncated: this.isTruncated,
    };
  }
}
