import { once } from 'node:events';
import { defineConnector } from '@idaemon/connector-kit';
import { databaseIntegrator } from '@idaemon/integration-services';
import { catalogueOf, checkedServer } from './catalogue.js';
import { PostgresqlConfig, serverOf } from './config.js';
import { openConnection } from './connection.js';
import { listenForChanges } from './ddl-notifications.js';
import { nameFilter } from './name-filter.js';

const collections = [
  'databaseManagers',
  'databases',
  'databaseSchemas',
  'schemaTypes',
  'tables',
  'columns',
] as const;

/** Keeps the databases of a PostgreSQL server in open metadata: schemas, tables, views, columns and keys. */
export const postgresql = defineConnector({
  name: 'postgresql',
  description: 'Catalogues schemas, tables, views, columns and keys of databases of a PostgreSQL server.',
  service: databaseIntegrator,
  config: PostgresqlConfig,
  secrets: {
    password: { description: "Password of the url's role, if the server asks for one.", isRequired: false },
  },

  /** Each refresh has a connection of its own: an idle one would cost the server and break when it restarts. */
  async connect({ config, secrets, signal }) {
    const server = serverOf(config, secrets.password);
    const connection = await openConnection(server, server.database, signal);
    try {
      await checkedServer(connection, server);
    } finally {
      await connection.close();
    }
    return { server, filter: filterOf(config, server.database) };
  },

  async refresh({ client, metadata, signal }) {
    const unread = (what: { databases: string } | { tables: string }, reason: string) =>
      metadata.unread(what, reason);
    await metadata.sync(collections, catalogueOf({ ...client, signal, unread }));
  },

  async engage({ client, config, signal, requestRefresh }) {
    const { notifications } = config;
    if (notifications)
      return listenForChanges({
        ...client,
        options: notifications,
        signal,
        onChange: () => requestRefresh(),
      });
    if (!signal.aborted) await once(signal, 'abort');
  },
});

function filterOf(config: PostgresqlConfig, database: string) {
  const filter = nameFilter(config);
  return config.databases ? filter : { ...filter, database: (name: string) => name === database };
}
