import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walk, type Edge, type Node, type Step } from './graph-walk.js';

/** A graph of numbers: its elements are those that its edges name. */
function graphOf(pairs: readonly (readonly [number, number])[]) {
  const guidOf = (id: number) => `guid-${id}`;
  const headerOf = (id: number) => ({ guid: guidOf(id), type: 'Process', qualifiedName: String(id) });
  const nodeOf = (id: number): Node => ({
    id,
    element: { ...headerOf(id), displayName: String(id), source: null },
  });
  const edges = pairs.map(([end1, end2], id): Edge => {
    const relationship = {
      guid: `edge-${id}`,
      type: 'DataFlow',
      end1: headerOf(end1),
      end2: headerOf(end2),
      properties: {},
    };
    return { id, end1, end2, relationship };
  });
  const looked: number[][] = [];
  const along =
    (from: (edge: Edge) => number): Step =>
    (ids, limit) => {
      looked.push([...ids]);
      return Promise.resolve(edges.filter((edge) => ids.includes(from(edge))).slice(0, limit));
    };
  return {
    looked,
    nodeOf,
    nodesOf: (ids: readonly number[]) => Promise.resolve(ids.map(nodeOf)),
    downstream: along((edge) => edge.end1),
    upstream: along((edge) => edge.end2),
  };
}

const wide = { depth: 50, limit: 1000 };

async function reached(
  pairs: [number, number][],
  start: number,
  way: 'upstream' | 'downstream' | 'both',
  depth = 50,
) {
  const graph = graphOf(pairs);
  const steps = way === 'both' ? [graph.upstream, graph.downstream] : [graph[way]];
  const result = await walk({ ...wide, depth, starts: [graph.nodeOf(start)], steps, nodesOf: graph.nodesOf });
  return { ...result, names: result.elements.map((element) => Number(element.qualifiedName)) };
}

describe('a walk through a graph', () => {
  it('goes one way, level by level, as deep as it may', async () => {
    const chain: [number, number][] = [
      [1, 2],
      [2, 3],
      [3, 4],
    ];
    expect((await reached(chain, 2, 'downstream')).names).toEqual([2, 3, 4]);
    expect((await reached(chain, 2, 'upstream')).names).toEqual([2, 1]);
    const near = await reached(chain, 1, 'downstream', 2);
    expect(near.names).toEqual([1, 2, 3]);
    expect(near.truncated).toBe(false);
  });

  it('both ways shows where something comes from and goes to, not what else comes from there', async () => {
    const fork: [number, number][] = [
      [1, 2],
      [1, 9],
      [2, 3],
      [8, 3],
    ];
    expect((await reached(fork, 2, 'both')).names.sort()).toEqual([1, 2, 3]);
  });

  it('ends in circles and looks at each element once', async () => {
    const graph = graphOf([
      [1, 2],
      [2, 3],
      [3, 1],
      [3, 3],
    ]);
    const result = await walk({
      ...wide,
      starts: [graph.nodeOf(1)],
      steps: [graph.downstream],
      nodesOf: graph.nodesOf,
    });
    expect(graph.looked.flat()).toEqual([1, 2, 3]);
    expect(result.relationships).toHaveLength(4);
  });

  it('says that it was cut when a limit of elements or of bytes cuts it', async () => {
    const graph = graphOf(Array.from({ length: 50 }, (_, index) => [0, index + 1] as const));
    const request = {
      depth: 3,
      starts: [graph.nodeOf(0)],
      steps: [graph.downstream],
      nodesOf: graph.nodesOf,
    };
    const few = await walk({ ...request, limit: 10 });
    expect(few).toMatchObject({ truncated: true });
    expect(few.elements).toHaveLength(10);
    const small = await walk({ ...request, limit: 1000, maxBytes: 2000 });
    expect(small.truncated).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(small))).toBeLessThan(2200);
    expect(await walk({ ...request, limit: 51 })).toMatchObject({ truncated: false });
  });

  it('finds what can be reached, and relationships only among what it found, in any graph', async () => {
    const pairs = fc.array(fc.tuple(fc.nat(12), fc.nat(12)), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(pairs, fc.nat(12), async (edges, start) => {
        const { names, relationships, truncated } = await reached(edges, start, 'downstream');
        expect(new Set(names)).toEqual(reachable(edges, start));
        expect(names).toHaveLength(new Set(names).size);
        const inside = edges.filter(([end1]) => names.includes(end1)).length;
        expect(relationships).toHaveLength(inside);
        expect(truncated).toBe(false);
      }),
    );
  });
});

function reachable(edges: readonly (readonly [number, number])[], start: number): Set<number> {
  const found = new Set([start]);
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const [end1, end2] of edges) if (found.has(end1)) found.add(end2);
  }
  return found;
}
