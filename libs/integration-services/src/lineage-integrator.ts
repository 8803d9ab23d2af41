import { contextExtension, defineIntegrationService } from '@idaemon/connector-kit';
import type { OpenLineageContext } from './open-lineage-context.js';

/** From the supplier of the data to its consumer: `{ from: … }` or `{ to: … }`, as the declaring element sees it. */
const DataFlow = { otherEnd: 'either' } as const;

/** Processes, what they read and write, and how data flows between them. */
export const lineageIntegrator = defineIntegrationService({
  name: 'lineage-integrator',
  extension: contextExtension<{ readonly openLineage: OpenLineageContext }>('openLineage'),
  description: 'Catalogues processes with their ports and runs, the data that they use, and its lineage.',
  collections: {
    processes: {
      type: 'Process',
      subtypes: ['DeployedSoftwareComponent', 'EmbeddedProcess', 'TransientEmbeddedProcess'],
      parents: { processes: 'ProcessHierarchy' },
      relationships: {
        DataFlow,
        // To the process that this one is a part of, without hanging under it: it stays when that goes.
        ProcessHierarchy: { otherEnd: 1 },
        ControlFlow: { otherEnd: 2 },
        ProcessCall: { otherEnd: 2 },
        ExternalReferenceLink: { otherEnd: 2 },
      },
      classifications: ['Ownership', 'Memento'],
    },
    ports: {
      type: 'Port',
      subtypes: ['PortImplementation', 'PortAlias'],
      parents: { processes: 'ProcessPort' },
      relationships: { DataFlow, PortSchema: { otherEnd: 2 }, PortDelegation: { otherEnd: 2 } },
    },
    dataAssets: {
      type: 'Asset',
      subtypes: [
        'DataSet',
        'TableDataSet',
        'DataFile',
        'AvroFile',
        'CSVFile',
        'Document',
        'JSONFile',
        'LogFile',
        'MediaFile',
        'ParquetFile',
        'FileFolder',
        'DataFolder',
        'Topic',
        'KafkaTopic',
        'DataFeed',
      ],
      relationships: { DataFlow },
      classifications: ['Ownership', 'Memento'],
    },
    schemaTypes: {
      type: 'SchemaType',
      subtypes: ['TabularSchemaType', 'RelationalDBSchemaType', 'EventType', 'StructSchemaType'],
      parents: { dataAssets: 'AssetSchemaType', ports: 'PortSchema' },
    },
    // Tables of databases, whose columns are columns below: lineage names them without their database.
    tables: {
      type: 'RelationalTable',
      parents: { schemaTypes: 'AttributeForSchema' },
      relationships: { DataFlow },
      classifications: ['TypeEmbeddedAttribute', 'CalculatedValue', 'Ownership', 'Memento'],
    },
    columns: {
      type: 'SchemaAttribute',
      subtypes: ['TabularColumn', 'TabularFileColumn', 'RelationalColumn', 'EventSchemaAttribute'],
      parents: {
        schemaTypes: 'AttributeForSchema',
        tables: 'NestedSchemaAttribute',
        columns: 'NestedSchemaAttribute',
      },
      relationships: { DataFlow },
      classifications: ['TypeEmbeddedAttribute', 'Memento'],
    },
    externalReferences: {
      type: 'ExternalReference',
      parents: {
        processes: 'ExternalReferenceLink',
        dataAssets: 'ExternalReferenceLink',
      },
    },
  },
});
