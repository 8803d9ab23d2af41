import { defineIntegrationService } from '@idaemon/connector-kit';

/** Files, the folders that hold them and the columns inside them. */
export const filesIntegrator = defineIntegrationService({
  name: 'files-integrator',
  description: 'Catalogues files and folders of file systems and object stores.',
  collections: {
    fileFolders: {
      type: 'FileFolder',
      subtypes: ['DataFolder'],
      parents: { fileFolders: 'FolderHierarchy' },
    },
    dataFiles: {
      type: 'DataFile',
      subtypes: [
        'AvroFile',
        'CSVFile',
        'Document',
        'JSONFile',
        'KeystoreFile',
        'LogFile',
        'MediaFile',
        'ParquetFile',
      ],
      parents: { fileFolders: 'NestedFile' },
      classifications: ['DataStoreEncoding'],
    },
    schemaTypes: {
      type: 'TabularSchemaType',
      parents: { dataFiles: 'AssetSchemaType' },
    },
    columns: {
      type: 'TabularFileColumn',
      parents: { schemaTypes: 'AttributeForSchema' },
      classifications: ['TypeEmbeddedAttribute'],
    },
  },
});
