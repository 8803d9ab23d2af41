import type { Locator, ReferenceInput } from '@idaemon/connector-kit';
import { locatorsOf, nameDataset, type KnownDataset, type NamedDataset } from '@idaemon/open-lineage';
import { columnsOf, type Column } from './column-elements.js';
import { insideOf, schemaLocator, schemaTypeName } from './dataset-names.js';
import type { CataloguedElement } from './elements.js';
import {
  descriptionOf,
  facet,
  isObject,
  itemsIn,
  nameNotes,
  notes,
  tagNotes,
  textIn,
  toMilliseconds,
} from './facet-values.js';
import { ownerNotes, ownershipOf, type Ownership } from './ownership.js';

/** A dataset as open metadata has it: hearsay, from the outside to the inside. */
export interface CataloguedDataset {
  /** By which others refer to it. */
  reference: { qualifiedName: string; locator?: Locator };
  elements: CataloguedElement[];
  /** Whose columns are all told here: what else the cataloguer has under it is gone. None without a schema. */
  complete: { parent: NonNullable<Column['element']['parent']>; keep: string[] }[];
  /** A facet of it, whoever owns it. */
  ownership: Ownership | undefined;
}

export function datasetElements(known: KnownDataset): CataloguedDataset {
  const named = nameDataset(known, known.facets);
  const locators = locatorsOf(known);
  const [locator] = locators;
  const reference = { qualifiedName: named.qualifiedName, ...(locator ? { locator } : {}) };
  const ownership = ownershipOf(known.facets);
  const own = datasetElement(known, named, locators);
  if (!('fields' in facet(known.facets, 'schema')))
    return { reference, elements: [own], complete: [], ownership };
  const schema = schemaElement(named, locators, reference);
  const parent = schema ? { schemaTypes: schema.reference } : { tables: reference };
  const columns = columnsOf({ named, facets: known.facets, locators, parent });
  const outer = columns.filter(({ path }) => path.length === 1);
  return {
    reference,
    ownership,
    elements: [
      own,
      ...(schema ? [schema.element] : []),
      ...columns.map(({ element }) => ({ columns: element })),
    ],
    complete: [
      { parent, keep: outer.map(({ element }) => element.qualifiedName) },
      ...columns
        .filter(({ inside }) => inside.length > 0)
        .map(({ element, inside }) => ({
          parent: { columns: element.qualifiedName },
          keep: [...inside],
        })),
    ],
  };
}

function datasetElement(known: KnownDataset, named: NamedDataset, locators: Locator[]): CataloguedElement {
  const { facets } = known;
  const { typeName, qualifiedName, displayName, technology, parts } = named;
  const description = descriptionOf(facets);
  const common = {
    isTentative: true,
    qualifiedName,
    locators,
    description,
    additionalProperties: additionalProperties(known, named),
    ...memento(known),
  } as const;
  if (typeName === 'RelationalTable') {
    return {
      tables: {
        ...common,
        displayName,
        classifications: {
          ...common.classifications,
          TypeEmbeddedAttribute: { schemaTypeName: 'RelationalTableType' },
        },
      },
    };
  }
  const isStore = typeName !== 'DataSet' && typeName !== 'Topic' && typeName !== 'KafkaTopic';
  return {
    dataAssets: {
      ...common,
      typeName,
      name: displayName,
      deployedImplementationType: technology,
      ...(isStore ? { pathName: parts.path } : {}),
    },
  };
}

function additionalProperties(
  { namespace, name, facets, formerNames }: KnownDataset,
  { technology, parts }: NamedDataset,
): Record<string, string> {
  const storage = facet(facets, 'storage');
  const catalog = facet(facets, 'catalog');
  const former = Object.values(formerNames).map((one) => `${one.namespace} ${one.name}`);
  const { path: _path, topic: _topic, ...labels } = parts;
  const others = notes({
    ...labels,
    technology,
    datasetType: facet(facets, 'datasetType').datasetType,
    subType: facet(facets, 'datasetType').subType,
    storageLayer: storage.storageLayer,
    fileFormat: storage.fileFormat,
    catalog: catalog.name,
    catalogType: catalog.type,
    catalogFramework: catalog.framework,
    warehouse: catalog.warehouseUri,
    dataSource: facet(facets, 'dataSource').name,
    hierarchy: hierarchyOf(facet(facets, 'hierarchy').hierarchy),
    lifecycle: facet(facets, 'lifecycleStateChange').lifecycleStateChange,
    formerNames: former.sort().join(', '),
    ...ownerNotes(facets),
    ...tagNotes(facets),
  });
  return { ...others, ...nameNotes({ namespace, name }) };
}

function hierarchyOf(value: unknown): string | undefined {
  const levels = itemsIn(value).map(({ type, name }) => `${String(type)} ${String(name)}`);
  return levels.length > 0 ? levels.join(' / ') : undefined;
}

/** Dropped, and nothing has been heard of it since: kept for its lineage, as a memory. */
function memento({ facets, lastSeen }: KnownDataset) {
  const change = facets.lifecycleStateChange;
  if (!isObject(change?.value) || change.value.lifecycleStateChange !== 'DROP' || change.time !== lastSeen)
    return {};
  return { classifications: { Memento: { archiveDate: toMilliseconds(change.time) } } };
}

interface Schema {
  element: CataloguedElement;
  reference: ReferenceInput;
}

function schemaElement(
  named: NamedDataset,
  locators: readonly Locator[],
  dataset: CataloguedDataset['reference'],
): Schema | undefined {
  const { schemaType } = insideOf(named);
  if (!schemaType) return undefined;
  const qualifiedName = schemaTypeName(named, schemaType);
  const own = locators.map(schemaLocator);
  const [locator] = own;
  return {
    element: {
      schemaTypes: {
        typeName: schemaType,
        isTentative: true,
        qualifiedName,
        locators: own,
        parent: { dataAssets: dataset },
        displayName: textIn(`Columns of ${named.displayName}`),
      },
    },
    reference: { qualifiedName, ...(locator ? { locator } : {}) },
  };
}
