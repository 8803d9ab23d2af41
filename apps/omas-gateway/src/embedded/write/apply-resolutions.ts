import type { Sql } from '@idaemon/persistence';
import { newGuid } from '../guid.js';
import { insertElements, refinePlaceholders } from './element-rows.js';
import { insertLocators } from './facet-rows.js';
import { mergePlaceholders } from './merge-elements.js';
import type { ReferenceResolver } from './resolve-references.js';
import type { NewTarget } from './resolve-references.js';
import type { Ids } from './write-elements.js';
import type { Writer } from './writer.js';

export function newPlaceholder(): NewTarget {
  const nowMs = Date.now();
  return (type, qualifiedName) => ({
    id: NaN,
    guid: newGuid(nowMs),
    isPlaceholder: true,
    type,
    qualifiedName,
  });
}

/** Writes what resolving references has decided: from here on all targets have ids. Answers the new placeholders. */
export async function applyResolutions(
  sql: Sql,
  ids: Pick<Ids, 'element'>,
  writer: Writer,
  resolver: ReferenceResolver,
): Promise<number[]> {
  const { placeholders, refined, merges, locators } = resolver.resolutions;
  const fresh = [...placeholders];
  const freshIds = await ids.element.take(sql, fresh.length);
  fresh.forEach((target, index) => (target.id = freshIds[index] ?? NaN));
  await insertElements(sql, writer, [], fresh);
  await refinePlaceholders(sql, [...refined]);
  await mergePlaceholders(
    sql,
    merges.map(({ from, to }) => ({ from: from.id, to: resolver.final(to).id })),
  );
  await attachLocators(sql, resolver, locators);
  return freshIds;
}

async function attachLocators(
  sql: Sql,
  resolver: ReferenceResolver,
  locators: ReferenceResolver['resolutions']['locators'],
): Promise<void> {
  await insertLocators(
    sql,
    locators.map(({ target, locator }) => ({
      ...locator,
      element_id: resolver.final(target).id,
      is_declared: false,
    })),
  );
}
