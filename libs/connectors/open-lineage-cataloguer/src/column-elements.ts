import { fieldLocator, type Locator } from '@idaemon/connector-kit';
import type { KnownFacets, NamedDataset } from '@idaemon/open-lineage';
import { columnName, insideOf } from './dataset-names.js';
import type { ColumnElement } from './elements.js';
import { facet, itemsIn, tagNotes, textIn, type FacetValue } from './facet-values.js';

/** A column with what is inside of it; `path` is its name and those of the fields around it. */
export interface Column {
  path: readonly string[];
  element: ColumnElement;
  /** Names of the fields inside, which are columns too. */
  inside: readonly string[];
}

const maxDepth = 32;
/** Columns join what others own by the first names of their dataset; each costs a row. */
const maxLocators = 4;

export interface ColumnPlace {
  named: NamedDataset;
  facets: KnownFacets;
  locators: readonly Locator[];
  /** What the outermost columns hang under. */
  parent: ColumnElement['parent'];
}

/** The fields of the facet `schema`, from the outside to the inside; of several with one name the first. */
export function columnsOf(place: ColumnPlace): Column[] {
  const columns: Column[] = [];
  const add = (fields: FacetValue[], above: readonly string[], parent: ColumnElement['parent']): string[] => {
    const names = new Set<string>();
    for (const [index, field] of fields.entries()) {
      const name = textIn(field.name, 1_000);
      if (name === undefined) continue;
      const path = [...above, name];
      const qualifiedName = columnName(place.named, path);
      if (names.has(qualifiedName)) continue;
      names.add(qualifiedName);
      const element = columnElement(place, field, { path, index, parent, qualifiedName });
      const column = { path, element, inside: [] as string[] };
      columns.push(column);
      const nested = path.length < maxDepth ? itemsIn(field.fields) : [];
      column.inside = add(nested, path, { columns: referenceTo(element) });
    }
    return [...names];
  };
  add(itemsIn(facet(place.facets, 'schema').fields), [], place.parent);
  return columns;
}

export function referenceTo({ qualifiedName, locators }: ColumnElement) {
  const [locator] = locators ?? [];
  return { qualifiedName, ...(locator ? { locator } : {}) };
}

function columnElement(
  { named, facets, locators }: ColumnPlace,
  field: FacetValue,
  at: { path: readonly string[]; index: number; parent: ColumnElement['parent']; qualifiedName: string },
): ColumnElement {
  const { path, index, parent, qualifiedName } = at;
  const isNested = itemsIn(field.fields).length > 0;
  const dataType = textIn(field.type, 1_000);
  const additionalProperties = path.length === 1 ? tagNotes(facets, path[0]) : {};
  return {
    typeName: insideOf(named).columnType,
    isTentative: true,
    qualifiedName,
    locators: locators.slice(0, maxLocators).map((locator) => fieldLocator(locator, ...path)),
    parent,
    displayName: path.at(-1),
    description: textIn(field.description),
    position: Number.isInteger(field.ordinal_position) ? (field.ordinal_position as number) : index,
    ...(Object.keys(additionalProperties).length > 0 ? { additionalProperties } : {}),
    classifications: {
      TypeEmbeddedAttribute: {
        schemaTypeName: isNested ? 'StructSchemaType' : 'PrimitiveSchemaType',
        ...(dataType ? { dataType } : {}),
      },
    },
  };
}
