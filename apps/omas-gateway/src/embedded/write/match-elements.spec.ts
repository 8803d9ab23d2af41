import { describe, expect, it } from 'vitest';
import { incomingElement } from './incoming.js';
import { matchElements, type Match, type Surroundings } from './match-elements.js';
import type { StoredElement } from './stored-element.js';

const place = { collection: 'dataFiles', scope: '', scopeId: 1 };
const element = (qualifiedName: string, sourceKey?: string) => ({
  type: 'CSVFile',
  qualifiedName,
  properties: {},
  ...(sourceKey ? { sourceKey } : {}),
});
const incoming = (name: string, key?: string) => incomingElement(0, element(name, key), place);

let nextId = 1;
const stored = (name: string, key?: string, more: Partial<StoredElement> = {}): StoredElement => ({
  id: nextId++,
  guid: `guid of ${name}`,
  type: 'CSVFile',
  qualifiedName: name,
  sourceId: 1,
  scopeId: 1,
  contentHash: 'old',
  sourceKey: key ?? null,
  version: 1,
  isPlaceholder: false,
  isTentative: false,
  runId: null,
  isNew: true,
  ...more,
});

function around(elements: readonly StoredElement[], more: Partial<Surroundings> = {}): Surroundings {
  return {
    sourceId: 1,
    byName: new Map(elements.map((one) => [one.qualifiedName, one])),
    byKey: new Map(elements.flatMap((one) => (one.sourceKey ? [[one.sourceKey, one]] : []))),
    byReplacedKey: new Map(),
    owners: new Map(),
    removedSince: new Set(),
    isSeen: () => false,
    ...more,
  };
}

/** `b ← a`: the stored element `a` becomes `b`. */
function told(matches: readonly Match[]): string[] {
  return matches.map((match) => {
    const name = match.incoming.element.qualifiedName;
    if (match.kind !== 'update') return `${match.kind} ${name}`;
    const displaced = match.displaces ? `, displacing ${match.displaces.qualifiedName}` : '';
    const absorbed = match.absorbs ? `, absorbing ${match.absorbs[0]?.qualifiedName}` : '';
    return `${name} ← ${match.stored.qualifiedName}${displaced}${absorbed}`;
  });
}

describe('pairing incoming elements with stored ones', () => {
  it('goes by name', () => {
    const same = stored('same', undefined, { contentHash: incoming('same').hash });
    const matches = matchElements(
      [incoming('same'), incoming('changed'), incoming('new')],
      around([same, stored('changed')]),
    );
    expect(told(matches)).toEqual(['unchanged same', 'changed ← changed', 'insert new']);
  });

  it('goes by the source key first: the same key under a new name is a rename', () => {
    const matches = matchElements([incoming('a', 'k9'), incoming('b', 'k1')], around([stored('a', 'k1')]));
    expect(told(matches)).toEqual(['insert a', 'b ← a']);
  });

  it('swaps names: who was displaced by the one gets the name of the other', () => {
    const swap = around([stored('a', 'k1'), stored('b', 'k2')]);
    expect(told(matchElements([incoming('b', 'k1'), incoming('a', 'k2')], swap))).toEqual([
      'b ← a, displacing b',
      'a ← b',
    ]);
  });

  it('displaces who has the new name and has not come yet', () => {
    const matches = matchElements([incoming('b', 'k1')], around([stored('a', 'k1'), stored('b', 'k2')]));
    expect(told(matches)).toEqual(['b ← a, displacing b']);
  });

  it('refuses a name that another thing of the same refresh has', () => {
    const matches = matchElements(
      [incoming('b', 'k1')],
      around([stored('a', 'k1'), stored('b', 'k2')], { isSeen: (id) => id === nextId - 1 }),
    );
    expect(told(matches)).toEqual(['refused b']);
  });

  it('takes a key that two names carry for one of them', () => {
    const matches = matchElements([incoming('a', 'k1'), incoming('b', 'k1')], around([stored('a', 'k1')]));
    expect(told(matches)).toEqual(['a ← a', 'insert b']);
    expect(matches.map((match) => 'sourceKey' in match && match.sourceKey)).toEqual(['k1', null]);
  });

  it('adopts a placeholder, or absorbs one that waits under the new name of a renamed element', () => {
    const waiting = stored('b', undefined, { sourceId: null, isPlaceholder: true, contentHash: null });
    expect(told(matchElements([incoming('b')], around([waiting])))).toEqual(['b ← b']);
    const renamed = matchElements([incoming('b', 'k1')], around([stored('a', 'k1'), waiting]));
    expect(told(renamed)).toEqual(['b ← a, absorbing b']);
  });

  it('refuses what another source owns, unless it is the same connector under another source', () => {
    const theirs = stored('a', undefined, { sourceId: 2 });
    const owned = (isSameConnector: boolean) =>
      around([theirs], { owners: new Map([[theirs.id, { source: 'theirs', isSameConnector }]]) });
    const [refused] = matchElements([incoming('a')], owned(false));
    expect(refused).toMatchObject({ kind: 'refused', error: { code: 'conflict' } });
    expect(told(matchElements([incoming('a')], owned(true)))).toEqual(['a ← a']);
  });

  it('skips what was removed singly since the session began', () => {
    const matches = matchElements([incoming('gone')], around([], { removedSince: new Set(['gone']) }));
    expect(told(matches)).toEqual(['skipped gone']);
  });
});
