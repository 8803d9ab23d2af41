import type { DatasetName } from '../event.js';

export type NodeKind = 'dataset' | 'job';

/** What OpenLineage's tools call a node of the graph: `dataset:<namespace>:<name>` or `job:<namespace>:<name>`. */
export interface NodeId {
  kind: NodeKind;
  /**
   * Where the namespace may end: both parts may hold colons. The likeliest first; never empty.
   */
  names: DatasetName[];
}

export function nodeIdOf(kind: NodeKind, { namespace, name }: DatasetName): string {
  return `${kind}:${namespace}:${name}`;
}

/** Undefined for a text that is no id of a node. */
export function readNodeId(text: string): NodeId | undefined {
  const [, kind, rest = ''] = /^(dataset|job):(.+)$/s.exec(text) ?? [];
  const names = splitsOf(rest);
  return kind && names.length > 0 ? { kind: kind as NodeKind, names } : undefined;
}

const mostSplits = 12;

function splitsOf(text: string): DatasetName[] {
  const usual = usualEnd(text);
  const ends = [...text.matchAll(/:(?!\/\/)/g)].map(({ index }) => index);
  const inOrder = usual === undefined ? ends : [usual, ...ends.filter((end) => end !== usual)];
  return inOrder
    .map((end) => ({ namespace: text.slice(0, end), name: text.slice(end + 1) }))
    .filter(({ namespace, name }) => namespace !== '' && name !== '')
    .slice(0, mostSplits);
}

/** Of an address: behind host and port. */
function usualEnd(text: string): number | undefined {
  const [address] = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/:]*(?::\d+)?(?=:)/.exec(text) ?? [];
  return address?.length;
}
