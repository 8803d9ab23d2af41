import { defineIntegrationService } from '@idaemon/connector-kit';

/** Relational databases, from the server down to columns and keys. */
export const databaseIntegrator = defineIntegrationService({
  name: 'database-integrator',
  description: 'Catalogues database servers, databases, schemas, tables, views, columns and keys.',
  collections: {
    databaseManagers: { type: 'DatabaseManager' },
    databases: {
      type: 'Database',
      subtypes: ['RelationalDatabase'],
      parents: { databaseManagers: 'ServerAssetUse' },
      classifications: ['DataStoreEncoding'],
    },
    databaseSchemas: {
      type: 'DeployedDatabaseSchema',
      parents: { databases: 'DataContentForDataSet' },
    },
    schemaTypes: { type: 'RelationalDBSchemaType', parents: { databaseSchemas: 'AssetSchemaType' } },
    // Tables and views: a view has the classification CalculatedValue, which RelationalView was replaced by.
    tables: {
      type: 'RelationalTable',
      parents: { schemaTypes: 'AttributeForSchema' },
      classifications: ['TypeEmbeddedAttribute', 'CalculatedValue'],
    },
    columns: {
      type: 'RelationalColumn',
      parents: { tables: 'NestedSchemaAttribute' },
      // From a foreign key's column, the declaring one, to the column that it refers to.
      relationships: { ForeignKey: { otherEnd: 1 } },
      classifications: ['TypeEmbeddedAttribute', 'PrimaryKey', 'CalculatedValue'],
    },
  },
});
