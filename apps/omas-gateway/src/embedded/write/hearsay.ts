import type { Locator } from '@idaemon/contracts';
import { isSubtypeOf } from '@idaemon/open-metadata';
import type { Sql } from '@idaemon/persistence';
import { findNamesakes, locatorKey, type LocatorHolder } from './element-lookup.js';
import { sayLocators } from './facet-rows.js';
import type { Incoming } from './incoming.js';
import type { LinkedWrite } from './link-writes.js';
import { givesWay, type InsertMatch, type Match, type UpdateMatch } from './match-elements.js';
import { mergePlaceholders } from './merge-elements.js';
import type { StoredElement } from './stored-element.js';
import type { Writer } from './writer.js';

type Writing = InsertMatch | UpdateMatch;
type Yielded = Extract<Match, { kind: 'yielded' }>;

/**
 * Hearsay of a thing that has an element already is not written; hearsay that is there becomes the element of whoever
 * owns the thing. Found by a locator, or as the thing of that display name under the same parent: what others call a
 * column's table does not matter then. (By name the matching has found it.)
 */
export class Hearsay {
  readonly yielded: Yielded[] = [];
  /** Placeholders that turned out to be what has an element already. */
  readonly #merges = new Map<number, number>();
  readonly #said: { locator: Locator; elementId: number }[] = [];
  readonly #adopted = new Map<Incoming, StoredElement>();
  #isNews = false;

  constructor(
    private readonly sql: Sql,
    private readonly writer: Writer,
  ) {}

  /** What is left to be written. */
  settle(matches: readonly Match[], holders: ReadonlyMap<string, LocatorHolder>): Writing[] {
    for (const match of matches) if (match.kind === 'yielded') this.#attach(match.incoming, match.stored);
    return matches.filter(isWriting).flatMap((match) => {
      const adopted = this.#adopted.get(match.incoming);
      if (adopted) return adopting(match, adopted);
      const holder = match.incoming.element.isTentative ? this.#holderFor(match, holders) : undefined;
      if (!holder) return match;
      this.#yield(match, holder);
      return [];
    });
  }

  /** Looks under the parents of what is new. */
  async learn(writes: readonly LinkedWrite[]): Promise<void> {
    const fresh = new Set(writes.flatMap(({ match, id }) => (match.kind === 'insert' ? id : [])));
    const candidates = writes.filter(
      ({ match, parentId }) =>
        isNew(match) && parentId !== null && !fresh.has(parentId) && !this.#adopted.has(match.incoming),
    );
    const taken = new Set([...this.#adopted.values()].map(({ id }) => id));
    for (const { write, namesake } of await this.#namesakes(candidates)) {
      const { match } = write;
      if (taken.has(namesake.id) || !isOneKind(namesake.type, match.incoming.element.type)) continue;
      taken.add(namesake.id);
      if (match.incoming.element.isTentative) this.#yield(match, namesake);
      else if (givesWay(namesake, match.incoming, this.writer.source.id))
        this.#adopted.set(match.incoming, namesake);
      else continue;
      this.#isNews = true;
    }
  }

  /** Writes what is known now of names; whether what was looked up before is still good. */
  async isSettled(isPlan: boolean): Promise<boolean> {
    const isNews = this.#isNews || this.#merges.size > 0;
    this.#isNews = false;
    const merges = [...this.#merges].map(([from, to]) => ({ from, to }));
    const said = this.#said.splice(0);
    this.#merges.clear();
    if (isPlan) return !isNews;
    // Another element of the batch may have been given one of them.
    const taken = await sayLocators(this.sql, said);
    await mergePlaceholders(this.sql, merges);
    return !isNews && taken === 0;
  }

  async #namesakes(candidates: readonly LinkedWrite[]) {
    const wanted = candidates.map(({ match, parentId }, nth) => ({
      nth,
      parent_id: parentId ?? 0,
      display_name: match.incoming.displayName,
      is_tentative: match.incoming.element.isTentative ?? false,
    }));
    const found = await findNamesakes(this.sql, wanted);
    return found.flatMap(({ nth, element }) => {
      const write = candidates[nth];
      return write && write.id !== element.id ? [{ write, namesake: element }] : [];
    });
  }

  /** Who has one of its locators, unless it is an element of this source and name already. */
  #holderFor(match: Writing, holders: ReadonlyMap<string, LocatorHolder>): StoredElement | undefined {
    if (!isNew(match)) return undefined;
    const all = match.incoming.element.locators ?? [];
    return all
      .map((locator) => holders.get(locatorKey(locator))?.element)
      .find((holder) => holder && !holder.isPlaceholder);
  }

  #yield(match: Writing, holder: StoredElement): void {
    const { incoming } = match;
    this.yielded.push({ kind: 'yielded', incoming, stored: holder });
    this.#attach(incoming, holder);
    const placeholders = match.kind === 'update' ? [match.stored, ...(match.absorbs ?? [])] : [];
    for (const { id } of placeholders) this.#merges.set(id, holder.id);
  }

  #attach({ element: { locators = [] } }: Incoming, holder: StoredElement): void {
    this.#said.push(...locators.map((locator) => ({ locator, elementId: holder.id })));
  }
}

function isWriting(match: Match): match is Writing {
  return match.kind === 'insert' || match.kind === 'update';
}

function isNew(match: Writing): boolean {
  return match.kind === 'insert' || match.stored.isPlaceholder;
}

function adopting(match: Writing, stored: StoredElement): UpdateMatch {
  if (match.kind === 'insert') return { ...match, kind: 'update', stored };
  return { ...match, absorbs: [...(match.absorbs ?? []), stored] };
}

const kinds = ['SchemaAttribute', 'SchemaType'] as const;

function isOneKind(one: string, other: string): boolean {
  if (isSubtypeOf(one, other) || isSubtypeOf(other, one)) return true;
  return kinds.some((kind) => isSubtypeOf(one, kind) && isSubtypeOf(other, kind));
}
