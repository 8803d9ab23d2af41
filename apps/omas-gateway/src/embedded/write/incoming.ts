import {
  contentHash,
  InvalidMetadataError,
  maxElementBytes,
  type ElementWrite,
  type FieldError,
} from '@idaemon/contracts';
import { checkElement, displayNameOf, relationshipEnds } from '@idaemon/open-metadata';
import { isStorable } from '@idaemon/persistence';

/** An element that somebody wants to write. */
export interface Incoming {
  /** Where it stood in the request. */
  readonly position: number;
  readonly element: ElementWrite;
  readonly hash: string;
  readonly displayName: string;
  readonly collection: string;
  readonly scope: string;
  readonly scopeId: number;
}

/** A batch brings the hash along: the next refresh asks for the element by the same one. */
export function incomingElement(
  position: number,
  element: ElementWrite,
  place: { collection: string; scope: string; scopeId: number },
  hash = contentHash(element),
): Incoming {
  const displayName = displayNameOf(element.type, element.properties, element.qualifiedName);
  return { position, element, hash, displayName, ...place };
}

/** Why the element cannot be what it claims to be, whatever else is in the store; undefined when it can. */
export function refusalOf(element: ElementWrite): InvalidMetadataError | undefined {
  const errors: FieldError[] = [
    ...checkElement(element),
    ...checkTexts(element),
    ...checkParents(element),
    ...checkCrowd(element),
  ];
  const [first] = errors;
  if (!first) return undefined;
  return new InvalidMetadataError(`${element.type} ${element.qualifiedName}: ${first.message}`, { errors });
}

export function oversize(qualifiedName: string, bytes: number): InvalidMetadataError {
  return new InvalidMetadataError(
    `The element ${qualifiedName} has ${bytes} bytes, more than the ${maxElementBytes} that an element may have`,
    { action: 'Let the connector leave out what nobody reads, or split the element; then refresh.' },
  );
}

/** Of the properties, the check of the types has seen to it. */
function checkTexts({ sourceKey, locators, relationships }: ElementWrite): FieldError[] {
  if (isStorable({ sourceKey, locators, relationships })) return [];
  const message = 'the source key, a locator or a reference has a NUL character or half of a surrogate pair';
  return [{ path: 'sourceKey', message }];
}

function checkParents({ relationships = [], qualifiedName }: ElementWrite): FieldError[] {
  const parents = relationships.filter(({ isParent }) => isParent);
  if (parents.length > 1) {
    return [{ path: 'relationships', message: 'an element has at most one parent' }];
  }
  if (parents[0]?.other.qualifiedName !== qualifiedName) return [];
  return [{ path: 'relationships', message: 'an element cannot be its own parent' }];
}

/** More than one of a relationship of which the element may have one. */
function checkCrowd({ type, relationships = [] }: ElementWrite): FieldError[] {
  if (relationships.length < 2) return [];
  const others = new Map<string, string>();
  return relationships.flatMap(({ type: name, otherEnd, other }) => {
    const end = relationshipEnds(name)?.[otherEnd - 1];
    if (end?.multiplicity !== '0..1') return [];
    const key = `${name} ${otherEnd}`;
    const label = other.qualifiedName;
    // What only a locator names may be the same: the store looks at it when it knows.
    if (!label) return [];
    const first = others.get(key) ?? label;
    others.set(key, first);
    if (first === label) return [];
    const message = `${type} may have one ${end.name} (${name}), not both ${first} and ${label}`;
    return [{ path: `relationships.${name}`, message }];
  });
}
