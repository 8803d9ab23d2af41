import { NotFoundError, type Element, type Reference } from '@idaemon/contracts';
import { isSubtypeOf } from '@idaemon/open-metadata';
import type { Sql } from '@idaemon/persistence';
import { nameOfLocator } from '../write/reference-lookup.js';
import { elementColumns, elementOf, type ElementRow } from './element-rows.js';

/** Single elements by their GUID, locator or name. */
export class ElementLookup {
  constructor(private readonly sql: Sql) {}

  async byGuid(guid: string): Promise<Element> {
    const row = await this.#row('e.guid = $1::uuid', [guid]);
    if (row) return elementOf(row);
    throw new NotFoundError(`There is no element with the GUID ${guid}`, {
      action: 'It may have been removed: its history shows it. Search for it by name.',
    });
  }

  /** By GUID, else by locator, else by type and qualified name; null when nothing of that type is found. */
  async resolve(reference: Reference): Promise<Element | null> {
    const row = await this.rowOf(reference);
    return row && fits(row, reference) ? elementOf(row) : null;
  }

  async rowOf({ guid, locator, qualifiedName }: Reference): Promise<ElementRow | undefined> {
    if (guid !== undefined) return this.#row('e.guid = $1::uuid', [guid]);
    if (locator) {
      const found = await this.#row(
        'e.id = (select l.element_id from locator l where l.hash = md5($1 || chr(10) || $2)::uuid)',
        [locator.namespace, locator.name],
      );
      if (found) return found;
    }
    const name = qualifiedName ?? (locator && nameOfLocator(locator));
    return name === undefined ? undefined : this.#row('e.name_hash = md5($1)::uuid', [name]);
  }

  #row(condition: string, parameters: unknown[]): Promise<ElementRow | undefined> {
    return this.sql.row<ElementRow>(`select ${elementColumns} from element e where ${condition}`, parameters);
  }
}

/** A placeholder may have a more general type than the reference until its owner comes. */
function fits(row: ElementRow, { type }: Reference): boolean {
  return isSubtypeOf(row.type, type) || (row.is_placeholder && isSubtypeOf(type, row.type));
}
