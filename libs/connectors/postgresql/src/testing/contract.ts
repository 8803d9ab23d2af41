import { describeConnector } from '@idaemon/connector-testing';
import { postgresql } from '../postgresql.connector.js';
import { testDatabase, type TestDatabase } from './database.js';

const sql = `
  create schema sales;
  create table sales.customer (id integer primary key, email text not null unique);
  create table sales.orders (
    id bigint generated always as identity primary key,
    customer_id integer references sales.customer,
    note text
  );
  create view sales.customer_order as select customer_id, id from sales.orders;
  create schema empty`;

const databases = new Map<string, TestDatabase>();

/** The contract, on the PostgreSQL that `freshDatabase` uses. */
export function describePostgresql(): void {
  const of = ({ url }: { url: string }): TestDatabase => {
    const database = databases.get(url);
    if (!database) throw new Error(`no test database at ${url}`);
    return database;
  };
  const prefix = (database: TestDatabase) => `${database.address}/${database.name}`;
  const column = (config: { url: string }, name: string) =>
    `RelationalColumn::${prefix(of(config))}.sales.${name}`;

  describeConnector(postgresql, {
    async config() {
      const database = await testDatabase(sql);
      databases.set(database.url, database);
      return { url: database.url };
    },
    secrets: (config) => ({ password: of(config).password }),
    catalogued: (config) => {
      const at = prefix(of(config));
      const columns = ['customer.id', 'customer.email', 'orders.id', 'orders.customer_id', 'orders.note'];
      const viewed = ['customer_order.customer_id', 'customer_order.id'];
      const named = (type: string, names: string[]) => names.map((name) => `${type}::${at}.${name}`);
      return {
        databaseManagers: [`DatabaseManager::${of(config).address}`],
        databases: [`RelationalDatabase::${at}`],
        databaseSchemas: named('DeployedDatabaseSchema', ['public', 'sales', 'empty']),
        schemaTypes: named('RelationalDBSchemaType', ['public', 'sales', 'empty']),
        tables: named('RelationalTable', ['sales.customer', 'sales.orders', 'sales.customer_order']),
        columns: [...columns, ...viewed].map((name) => column(config, name)),
      };
    },
    async change(config) {
      await of(config).run('alter table sales.orders rename column note to remark');
      return [column(config, 'orders.remark')];
    },
    async remove(config) {
      await of(config).run('alter table sales.orders drop column note');
      return [column(config, 'orders.note')];
    },
    // As a long change to a table does: the text of a view on it cannot be made.
    readHalf: (config) => of(config).hold('begin; lock table sales.orders in access exclusive mode'),
    unreachable: (config) => of(config).closeDoor(),
    cleanUp: (config) => of(config).drop(),
  });
}
