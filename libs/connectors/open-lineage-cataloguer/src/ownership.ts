import type { KnownFacets } from '@idaemon/open-lineage';
import { facet, itemsIn, textIn } from './facet-values.js';

interface Owner {
  name: string;
  type: string | undefined;
}

export interface Ownership {
  owner: string;
  ownerTypeName?: string;
  ownerPropertyName?: string;
}

/** OpenLineage writes owners as `team:data` or `user:jane`; a bare name says nothing of its kind. */
const kinds: Readonly<Record<string, Required<Omit<Ownership, 'owner'>>>> = {
  team: { ownerTypeName: 'Team', ownerPropertyName: 'name' },
  user: { ownerTypeName: 'UserIdentity', ownerPropertyName: 'userId' },
};

/** Of several owners the first; all of them are in `ownerNotes`. */
export function ownershipOf(facets: KnownFacets): Ownership | undefined {
  const [first] = ownersOf(facets);
  if (!first) return undefined;
  const [, kind = '', name = ''] = /^(\w+):(.+)$/.exec(first.name) ?? [];
  return Object.hasOwn(kinds, kind) ? { owner: name, ...kinds[kind] } : { owner: first.name };
}

export function ownerNotes(facets: KnownFacets): Record<string, string> {
  const owners = ownersOf(facets);
  if (owners.length < 2 && owners[0]?.type === undefined) return {};
  return { owners: owners.map(({ name, type }) => (type ? `${name} (${type})` : name)).join(', ') };
}

function ownersOf(facets: KnownFacets): Owner[] {
  return itemsIn(facet(facets, 'ownership').owners).flatMap((owner) => {
    const name = textIn(owner.name, 500);
    return name ? [{ name, type: textIn(owner.type, 100) }] : [];
  });
}
