import type { Element, Metadata, Relationship } from '@idaemon/connector-kit';
import type { lineageIntegrator } from '@idaemon/integration-services';
import { isSubtypeOf, type RelationshipTypeName } from '@idaemon/open-metadata';

type LineageMetadata = Pick<
  Metadata<typeof lineageIntegrator>,
  'relationships' | 'dataAssets' | 'tables' | 'columns' | 'processes' | 'schemaTypes'
>;

type Header = Relationship['end1'];

/** What stands around an element of open metadata. */
export class OpenMetadataReader {
  constructor(private readonly metadata: LineageMetadata) {}

  /** The elements at the other end of an element's relationships of a type. */
  async *others(
    { guid }: { guid: string },
    type: RelationshipTypeName,
    otherEnd: 1 | 2,
    isWanted: (relationship: Relationship) => boolean = () => true,
  ): AsyncGenerator<Header> {
    for await (const relationship of this.metadata.relationships({ guid }, type)) {
      const [own, other] =
        otherEnd === 2 ? [relationship.end1, relationship.end2] : [relationship.end2, relationship.end1];
      if (own.guid === guid && isWanted(relationship)) yield other;
    }
  }

  get({ guid, type }: Header): Promise<Element | null> {
    if (isSubtypeOf(type, 'RelationalTable')) return this.metadata.tables.get({ guid });
    if (isSubtypeOf(type, 'SchemaAttribute')) return this.metadata.columns.get({ guid });
    if (isSubtypeOf(type, 'SchemaType')) return this.metadata.schemaTypes.get({ guid });
    if (isSubtypeOf(type, 'Process')) return this.metadata.processes.get({ guid });
    return this.metadata.dataAssets.get({ guid });
  }

  /** The data that an element is or is inside of: of a column its table, file or topic. */
  async datasetOf(header: Header): Promise<Header | undefined> {
    let at: Header | undefined = header;
    // Nested no deeper than this; a circle would have no end.
    for (let step = 0; at && step < 32; step++) {
      if (isDataset(at.type)) return at;
      at = await this.#outer(at);
    }
    return undefined;
  }

  async #outer(header: Header): Promise<Header | undefined> {
    if (isSubtypeOf(header.type, 'SchemaAttribute'))
      return (
        (await first(this.others(header, 'NestedSchemaAttribute', 1))) ??
        (await first(this.others(header, 'AttributeForSchema', 1)))
      );
    if (isSubtypeOf(header.type, 'SchemaType')) return first(this.others(header, 'AssetSchemaType', 1));
    return undefined;
  }

  /** The columns directly in a table, file, topic or column. */
  async *columnsOf(header: Header): AsyncGenerator<Element> {
    for await (const column of this.#columnHeaders(header)) {
      const element = await this.get(column);
      if (element) yield element;
    }
  }

  async *#columnHeaders(header: Header): AsyncGenerator<Header> {
    if (isSubtypeOf(header.type, 'SchemaAttribute')) {
      yield* this.others(header, 'NestedSchemaAttribute', 2);
      return;
    }
    for await (const schema of this.others(header, 'AssetSchemaType', 2))
      yield* this.others(schema, 'AttributeForSchema', 2);
  }
}

/** What OpenLineage calls a dataset: not what holds many of them. */
export function isDataset(type: string): boolean {
  if (isSubtypeOf(type, 'DeployedDatabaseSchema')) return false;
  return ['RelationalTable', 'DataSet', 'DataFile'].some((one) => isSubtypeOf(type, one));
}

async function first<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item;
  return undefined;
}
