import { namePattern } from '../name-pattern.js';
import { editJson, type Decision, type Member } from './edit-json.js';

/** What is changed of an event before it is passed on. Names are patterns in which `*` stands for any characters. */
export interface EventTransform {
  /** Keys of facets that are left out, wherever they are. */
  dropFacets?: readonly string[];
  /** Keys of facets whose texts become `[redacted]` and whose numbers become 0; `_producer` and the like stay. */
  redactFacets?: readonly string[];
  /** Of jobs and datasets, wherever they are named, also inside of facets; the first that fits counts. */
  renameNamespaces?: readonly { from: string; to: string }[];
}

/**
 * Changes events as the transform says, all else of them stays as it was, byte for byte. The patterns are compiled once.
 * The same buffer when nothing fits.
 */
export function eventTransform(transform: EventTransform): (body: Buffer) => Buffer {
  const drops = matcherOf(transform.dropFacets);
  const redacts = matcherOf(transform.redactFacets);
  const rename = renamer(transform.renameNamespaces ?? []);
  if (!drops && !redacts && !rename) return (body) => body;
  const decide = (member: Member): Decision => {
    const key = member.path.at(-1) ?? '';
    if (isFacet(member.path)) {
      if (drops?.(key)) return 'drop';
      if (redacts?.(key)) return { replace: JSON.stringify(redacted(JSON.parse(member.value()))) };
    }
    return key === 'namespace' && rename ? renamed(member, rename) : 'keep';
  };
  return (body) => editJson(body, decide);
}

const facetLists = ['facets', 'inputFacets', 'outputFacets'];

/** `job.facets.sql`, `inputs.inputFacets.dataQualityMetrics`: arrays have no part in the path. */
function isFacet(path: readonly string[]): boolean {
  return path.length === 3 && facetLists.includes(path[1] ?? '');
}

function matcherOf(patterns: readonly string[] = []): ((name: string) => boolean) | undefined {
  if (patterns.length === 0) return undefined;
  const expressions = patterns.map(namePattern);
  return (name) => expressions.some((expression) => expression.test(name));
}

function redacted(value: unknown): unknown {
  if (typeof value === 'string') return '[redacted]';
  if (typeof value === 'number') return 0;
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key.startsWith('_') ? one : redacted(one)]),
  );
}

function renamer(
  rules: readonly { from: string; to: string }[],
): ((namespace: string) => string) | undefined {
  if (rules.length === 0) return undefined;
  const compiled = rules.map(({ from, to }) => ({ expression: namePattern(from), to }));
  return (namespace) => {
    for (const { expression, to } of compiled) {
      const match = expression.exec(namespace);
      if (match) return filled(to, match.slice(1));
    }
    return namespace;
  };
}

/** Each star of the new name stands for what the star of the old one at the same place did. */
function filled(to: string, stars: readonly string[]): string {
  let index = 0;
  return to.replace(/\*+/g, () => stars[index++] ?? '');
}

function renamed(member: Member, rename: (namespace: string) => string): Decision {
  const text = member.value();
  if (!text.startsWith('"')) return 'keep';
  const namespace = String(JSON.parse(text));
  const other = rename(namespace);
  return other === namespace || other === '' ? 'keep' : { replace: JSON.stringify(other) };
}
