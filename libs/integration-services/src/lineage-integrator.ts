import { contextExtension, defineIntegrationService } from '@idaemon/connector-kit';
import type { OpenLineageContext } from './open-lineage-context.js';

/** From the supplier of the data, which declares the flow, to its consumer. */
const DataFlow = { otherEnd: 2 } as const;

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
        'JSONFile',
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
    externalReferences: { type: 'ExternalReference' },
  },
});
