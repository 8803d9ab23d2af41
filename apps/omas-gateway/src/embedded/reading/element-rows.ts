import type { Classification, Element, Locator, Properties } from '@idaemon/contracts';

/** Columns of an element `e` as `elementOf` reads them. While a session swaps names, the name is the one it had. */
export const elementColumns = `
  e.id, e.guid, e.type, e.display_name, e.properties, e.version, e.is_placeholder, e.is_tentative,
  coalesce(e.displaced_name, e.qualified_name) as qualified_name,
  e.created_at, e.updated_at, e.effective_from, e.effective_to,
  (select s.qualified_name from metadata_source s where s.id = e.source_id) as source,
  (select jsonb_agg(jsonb_build_object('name', c.name, 'properties', c.properties, 'source', s.qualified_name)
                    order by c.name, s.qualified_name)
   from classification c join metadata_source s on s.id = c.source_id
   where c.element_id = e.id) as classifications,
  (select jsonb_agg(jsonb_build_object('namespace', l.namespace, 'name', l.name) order by l.namespace, l.name)
   from locator l where l.element_id = e.id) as locators`;

export interface ElementRow {
  id: string;
  guid: string;
  type: string;
  display_name: string;
  properties: Properties;
  version: number;
  is_placeholder: boolean;
  is_tentative: boolean;
  qualified_name: string;
  created_at: Date;
  updated_at: Date;
  effective_from: Date | null;
  effective_to: Date | null;
  source: string | null;
  classifications: Classification[] | null;
  locators: Locator[] | null;
}

export function elementOf(row: ElementRow): Element {
  return {
    guid: row.guid,
    type: row.type,
    qualifiedName: row.qualified_name,
    displayName: row.display_name,
    properties: row.properties,
    classifications: row.classifications ?? [],
    ...(row.locators ? { locators: row.locators } : {}),
    source: row.source,
    ...(row.is_placeholder ? { isPlaceholder: true } : {}),
    ...(row.is_tentative ? { isTentative: true } : {}),
    // A placeholder that never was more has version 0 in the store.
    version: Math.max(row.version, 1),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    ...(row.effective_from ? { effectiveFrom: row.effective_from.toISOString() } : {}),
    ...(row.effective_to ? { effectiveTo: row.effective_to.toISOString() } : {}),
  };
}
