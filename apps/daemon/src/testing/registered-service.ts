import type { HostedDefinition, ServiceName } from '@idaemon/contracts';
import type { Database } from '@idaemon/persistence';

/** A connector that reads a folder, as an integrator would describe it. */
export const folderDefinition: HostedDefinition = {
  name: 'folder',
  version: '1.0.0',
  description: 'Catalogues the files of a folder.',
  configSchema: {
    type: 'object',
    properties: {
      path: { type: 'string', minLength: 1, description: 'The folder to read.' },
      include: { type: 'array', items: { type: 'string' } },
      depth: { type: 'integer', minimum: 1 },
      mode: { enum: ['fast', 'thorough'] },
    },
    required: ['path'],
    additionalProperties: false,
  },
  secrets: [],
  triggers: ['refresh', 'engage'],
  shards: 1,
};

/** A connector that needs a password. */
export const databaseDefinition: HostedDefinition = {
  name: 'postgresql',
  version: '1.0.0',
  description: 'Catalogues a database.',
  configSchema: {
    type: 'object',
    properties: { url: { type: 'string', format: 'uri' } },
    required: ['url'],
    additionalProperties: false,
  },
  secrets: [{ name: 'password', isRequired: true, description: 'The password of the user in the URL.' }],
  triggers: ['refresh'],
  shards: 1,
};

/** Registers an instance that hosts these definitions, as its first heartbeat would. */
export async function registerInstance(
  database: Database,
  service: ServiceName,
  definitions: readonly HostedDefinition[],
  id = `${service}-1`,
): Promise<void> {
  await database.rows(
    `insert into instance (id, service, version, address, started_at, lease_ms, is_registered)
     values ($1, $2, '1.0.0', 'http://127.0.0.1:1', now(), 3600000, true) on conflict (id) do nothing`,
    [id, service],
  );
  for (const definition of definitions) {
    const hash = `${service}/${definition.name}@${definition.version}`;
    await database.rows(
      `insert into definition (hash, service, name, version, document) values ($1, $2, $3, $4, $5)
       on conflict (hash) do update set document = excluded.document, last_seen_at = now()`,
      [hash, service, definition.name, definition.version, JSON.stringify(definition)],
    );
    await database.rows(
      'insert into instance_definition (instance_id, name, hash) values ($1, $2, $3) on conflict do nothing',
      [id, definition.name, hash],
    );
  }
}
