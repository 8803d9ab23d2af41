import { RequestError, type ElementQuery } from '@idaemon/contracts';
import { isEntityType, nearestType, subtypesOf } from '@idaemon/open-metadata';
import type { SqlParameters } from './sql-parameters.js';

/** The parts of a query that say which elements are meant, without text and paging. */
export type ElementFilter = Pick<
  ElementQuery,
  'type' | 'source' | 'qualifiedName' | 'locator' | 'effectiveAt' | 'includePlaceholders'
>;

/** The type and its subtypes; undefined when any type will do. */
export function wantedTypes(type: string | undefined): readonly string[] | undefined {
  if (type === undefined) return undefined;
  if (isEntityType(type)) return subtypesOf(type);
  const near = nearestType(type, 'entity');
  throw new RequestError(`There is no element type ${JSON.stringify(type)}`, {
    action: near ? `Did you mean ${near}?` : 'Use one of the entity types of Egeria 4.3, such as Asset.',
    errors: [{ path: 'type', message: near ? `did you mean ${near}?` : 'is not an entity type' }],
  });
}

/** Conditions on an element `e`. */
export function conditionsOf(filter: ElementFilter, parameters: SqlParameters): string[] {
  return [...whichConditions(filter, parameters), ...stateConditions(filter, parameters)];
}

/** Conditions that an index finds elements by. */
function whichConditions(filter: ElementFilter, parameters: SqlParameters): string[] {
  const { source, qualifiedName, locator } = filter;
  const conditions: string[] = [];
  const types = wantedTypes(filter.type);
  if (types) conditions.push(`e.type = any (${parameters.add(types)}::text[])`);
  if (source !== undefined) {
    conditions.push(
      `e.source_id = (select id from metadata_source where qualified_name = ${parameters.add(source)})`,
    );
  }
  if (qualifiedName !== undefined)
    conditions.push(`e.name_hash = md5(${parameters.add(qualifiedName)})::uuid`);
  if (locator) {
    const text = parameters.add(`${locator.namespace}\n${locator.name}`);
    conditions.push(`e.id = (select l.element_id from locator l where l.hash = md5(${text})::uuid)`);
  }
  return conditions;
}

/** Conditions that are looked up in the rows. */
export function stateConditions(filter: ElementFilter, parameters: SqlParameters): string[] {
  const conditions: string[] = [];
  if (!filter.includePlaceholders) conditions.push('not e.is_placeholder');
  if (filter.effectiveAt !== undefined) {
    const at = `${parameters.add(filter.effectiveAt)}::timestamptz`;
    conditions.push(`(e.effective_from is null or e.effective_from <= ${at})`);
    conditions.push(`(e.effective_to is null or e.effective_to > ${at})`);
  }
  return conditions;
}

export function allOf(conditions: readonly string[]): string {
  return conditions.length > 0 ? conditions.join(' and ') : 'true';
}
