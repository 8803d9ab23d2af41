import type { Element } from '@idaemon/connector-kit';
import { openMetadataFacet, type EventFacets } from '@idaemon/open-lineage';

export const producer = 'urn:idaemon:open-metadata-lineage-publisher';

const core = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs';

export function schemaUrl(kind: 'RunEvent' | 'JobEvent' | 'DatasetEvent'): string {
  return `${core}/${kind}`;
}

/** The published facets that are written here, with their versions. */
const files = {
  DocumentationJobFacet: '1-1-0',
  DocumentationDatasetFacet: '1-1-0',
  OwnershipJobFacet: '1-0-1',
  OwnershipDatasetFacet: '1-0-1',
  JobTypeJobFacet: '2-0-4',
  SQLJobFacet: '1-1-0',
  SourceCodeJobFacet: '1-0-1',
  SchemaDatasetFacet: '1-2-0',
  SymlinksDatasetFacet: '1-0-1',
} as const;

export function facet(file: keyof typeof files, content: object): object {
  const _schemaURL = `https://openlineage.io/spec/facets/${files[file]}/${file}.json#/$defs/${file}`;
  return { _producer: producer, _schemaURL, ...content };
}

/** Says which element it is; see `openMetadataFacet`. */
export function elementFacet({ guid, qualifiedName, type }: Element): EventFacets {
  const _schemaURL = `${core}/BaseFacet`;
  return { [openMetadataFacet]: { _producer: producer, _schemaURL, guid, qualifiedName, typeName: type } };
}

export function descriptionFacet(
  element: Element,
  file: 'DocumentationJobFacet' | 'DocumentationDatasetFacet',
) {
  const description = textOf(element, 'description');
  return description ? { documentation: facet(file, { description }) } : {};
}

export function ownershipFacet(
  { classifications }: Element,
  file: 'OwnershipJobFacet' | 'OwnershipDatasetFacet',
) {
  const { owner, ownerTypeName } = classifications.find(({ name }) => name === 'Ownership')?.properties ?? {};
  if (typeof owner !== 'string' || owner === '') return {};
  const type = typeof ownerTypeName === 'string' ? { type: ownerTypeName } : {};
  return { ownership: facet(file, { owners: [{ name: owner, ...type }] }) };
}

export function textOf({ properties }: Element, name: string): string | undefined {
  const value = properties[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
