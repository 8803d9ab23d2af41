import type { Element } from '@idaemon/connector-kit';
import type { EventDataset } from '@idaemon/open-lineage';
import { descriptionFacet, elementFacet, facet, ownershipFacet, textOf } from './facets.js';
import type { OpenMetadataReader } from './open-metadata-reader.js';

interface Field {
  name: string;
  type?: string;
  description?: string;
  fields?: Field[];
}

/** Beyond, a schema says more than any receiver takes. */
const mostFields = 10_000;

/** A table, file or topic as OpenLineage names it; undefined where it has no such name. `seen` is told each column. */
export async function datasetOf(
  element: Element,
  reader: OpenMetadataReader,
  seen: (column: Element) => void,
): Promise<EventDataset | undefined> {
  const [name, ...others] = element.locators ?? [];
  if (!name) return undefined;
  const budget = { fields: mostFields };
  const fields = await fieldsOf(element, reader, seen, budget);
  return {
    ...name,
    facets: {
      ...(fields.length > 0 ? { schema: facet('SchemaDatasetFacet', { fields }) } : {}),
      ...descriptionFacet(element, 'DocumentationDatasetFacet'),
      ...ownershipFacet(element, 'OwnershipDatasetFacet'),
      ...(others.length > 0 ? { symlinks: symlinksOf(element.type, others) } : {}),
      ...elementFacet(element),
    },
  };
}

function symlinksOf(type: string, names: readonly { namespace: string; name: string }[]): object {
  const kind = type === 'RelationalTable' ? 'TABLE' : 'LOCATION';
  return facet('SymlinksDatasetFacet', { identifiers: names.map((name) => ({ ...name, type: kind })) });
}

async function fieldsOf(
  header: Element,
  reader: OpenMetadataReader,
  seen: (column: Element) => void,
  budget: { fields: number },
): Promise<Field[]> {
  const columns: Element[] = [];
  for await (const column of reader.columnsOf(header)) {
    if (--budget.fields < 0) break;
    columns.push(column);
    seen(column);
  }
  columns.sort((a, b) => positionOf(a) - positionOf(b) || (a.qualifiedName < b.qualifiedName ? -1 : 1));
  const fields: Field[] = [];
  for (const column of columns) fields.push(await fieldOf(column, reader, seen, budget));
  return fields;
}

async function fieldOf(
  column: Element,
  reader: OpenMetadataReader,
  seen: (column: Element) => void,
  budget: { fields: number },
): Promise<Field> {
  const { classifications } = column;
  const dataType = classifications.find(({ name }) => name === 'TypeEmbeddedAttribute')?.properties.dataType;
  const description = textOf(column, 'description');
  const inner = await fieldsOf(column, reader, seen, budget);
  return {
    name: column.displayName,
    ...(typeof dataType === 'string' ? { type: dataType } : {}),
    ...(description ? { description } : {}),
    ...(inner.length > 0 ? { fields: inner } : {}),
  };
}

function positionOf({ properties }: Element): number {
  return typeof properties.position === 'number' ? properties.position : Number.MAX_SAFE_INTEGER;
}
