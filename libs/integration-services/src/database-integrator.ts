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
    },
    databaseSchemas: {
      type: 'DeployedDatabaseSchema',
      parents: { databases: 'DataContentForDataSet' },
    },
    schemaTypes: { type: 'RelationalDBSchemaType', parents: { databaseSchemas: 'AssetSchemaType' } },
    tables: {
      type: 'RelationalTable',
      parents: { schemaTypes: 'AttributeForSchema' },
      classifications: ['TypeEmbeddedAttribute', 'RelationalView', 'CalculatedValue'],
    },
    columns: {
      type: 'RelationalColumn',
      parents: { tables: 'NestedSchemaAttribute' },
      relationships: { ForeignKey: { otherEnd: 1 } },
      classifications: ['TypeEmbeddedAttribute', 'PrimaryKey', 'CalculatedValue'],
    },
  },
});
