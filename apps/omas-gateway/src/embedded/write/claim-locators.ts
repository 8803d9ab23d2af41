import { ConflictError, type Locator } from '@idaemon/contracts';
import { locatorKey, type LocatorHolder } from './element-lookup.js';
import type { Incoming } from './incoming.js';
import { givesWay, type InsertMatch, type Match, type UpdateMatch } from './match-elements.js';
import type { StoredElement } from './stored-element.js';
import type { Writer } from './writer.js';

type WritingMatch = InsertMatch | UpdateMatch;
type Refused = Extract<Match, { kind: 'refused' }>;

/** A locator that an incoming element declares, and who has it now: nobody, the element itself, or somebody else. */
export interface ClaimedLocator {
  incoming: Incoming;
  locator: Locator;
  holder: 'nobody' | 'itself' | { elementId: number; type: string };
}

export interface ClaimedLocators {
  matches: WritingMatch[];
  refused: Refused[];
  locators: ClaimedLocator[];
}

/**
 * Gives each incoming element the locators that it declares. A placeholder that has waited under one of them becomes
 * the element; a locator that another element declares is a conflict.
 */
export function claimLocators(
  writer: Writer,
  holders: ReadonlyMap<string, LocatorHolder>,
  matches: readonly WritingMatch[],
): ClaimedLocators {
  const claims = new Claims(writer, holders, matches);
  return {
    matches: matches.map((match) => claims.claim(match)).filter((match) => match.kind !== 'refused'),
    refused: claims.refused,
    locators: claims.locators,
  };
}

class Claims {
  readonly refused: Refused[] = [];
  readonly locators: ClaimedLocator[] = [];
  readonly #claimed = new Set<string>();
  /** Stored elements that are spoken for in this batch. */
  readonly #taken: Set<number>;

  constructor(
    private readonly writer: Writer,
    private readonly holders: ReadonlyMap<string, LocatorHolder>,
    matches: readonly WritingMatch[],
  ) {
    this.#taken = new Set(matches.flatMap((match) => (match.kind === 'update' ? match.stored.id : [])));
  }

  claim(match: WritingMatch): WritingMatch | Refused {
    const locators = this.#claimable(match);
    const conflict = locators
      .map((locator) => this.#conflict(match, locator))
      .find((one) => one !== undefined);
    if (conflict) {
      const refused: Refused = { kind: 'refused', incoming: match.incoming, error: conflict };
      this.refused.push(match.kind === 'update' ? { ...refused, stored: match.stored } : refused);
      return refused;
    }
    return locators.reduce<WritingMatch>((claiming, locator) => this.#take(claiming, locator), match);
  }

  /** Hearsay takes what nobody has. */
  #claimable({ incoming, ...match }: WritingMatch): Locator[] {
    const locators = distinct(incoming.element.locators ?? []);
    if (!incoming.element.isTentative) return locators;
    return locators.filter((locator) => {
      const holder = this.holders.get(locatorKey(locator))?.element;
      const isItself = 'stored' in match && match.stored.id === holder?.id;
      return !this.#claimed.has(locatorKey(locator)) && (!holder || holder.isPlaceholder || isItself);
    });
  }

  #conflict({ incoming, ...match }: WritingMatch, locator: Locator): ConflictError | undefined {
    if (this.#claimed.has(locatorKey(locator)))
      return taken(incoming, locator, 'another element of this refresh');
    const holder = this.holders.get(locatorKey(locator));
    if (!holder?.isDeclared || holder.element.isPlaceholder) return undefined;
    const { element } = holder;
    if (givesWay(element, incoming, this.writer.source.id)) return undefined;
    if ('stored' in match && match.stored.id === element.id) return undefined;
    const isGivenUp =
      element.sourceId === this.writer.source.id && !(this.writer.session?.isSeen(element.id) ?? false);
    return isGivenUp ? undefined : taken(incoming, locator, `${element.type} ${element.qualifiedName}`);
  }

  #take(match: WritingMatch, locator: Locator): WritingMatch {
    const holder = this.holders.get(locatorKey(locator));
    this.#claimed.add(locatorKey(locator));
    const isDeclared = holder?.isDeclared ?? false;
    const isAsWanted = isDeclared !== (match.incoming.element.isTentative ?? false);
    const isItself = isAsWanted && match.kind === 'update' && match.stored.id === holder?.element.id;
    const other = holder ? { elementId: holder.element.id, type: holder.element.type } : 'nobody';
    this.locators.push({ incoming: match.incoming, locator, holder: isItself ? 'itself' : other });
    if (!holder || this.#taken.has(holder.element.id)) return match;
    const isFree =
      holder.element.isPlaceholder || givesWay(holder.element, match.incoming, this.writer.source.id);
    if (!isFree) return match;
    this.#taken.add(holder.element.id);
    return match.kind === 'insert' ? adopting(match, holder.element) : absorbing(match, holder.element);
  }
}

function adopting({ incoming, sourceKey }: InsertMatch, stored: StoredElement): UpdateMatch {
  return { kind: 'update', incoming, stored, sourceKey };
}

function absorbing(match: UpdateMatch, placeholder: StoredElement): UpdateMatch {
  return { ...match, absorbs: [...(match.absorbs ?? []), placeholder] };
}

function distinct(locators: readonly Locator[]): Locator[] {
  return [...new Map(locators.map((locator) => [locatorKey(locator), locator])).values()];
}

function taken({ element }: Incoming, { namespace, name }: Locator, holder: string): ConflictError {
  return new ConflictError(
    `${element.type} ${element.qualifiedName}: the locator ${namespace} ${name} belongs to ${holder} already`,
    {
      action:
        'A locator names one thing: leave it out of the other element, or let both sources use the same name.',
    },
  );
}
