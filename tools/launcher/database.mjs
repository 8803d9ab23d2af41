/** Roles and databases of a PostgreSQL that is ours. Everything here may be done twice. */

/**
 * @param {string} url
 * @param {(client: import('pg').Client) => Promise<T>} work
 * @returns {Promise<T>}
 * @template T
 */
export async function withClient(url, work) {
  // Loaded late: the launcher starts before its packages are installed.
  const { Client } = (await import('pg')).default;
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A server that goes away while we are idle would otherwise end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @param {import('pg').Client} client as superuser @param {{ name: string, password: string }} role */
export async function ensureRole(client, { name, password }) {
  const role = client.escapeIdentifier(name);
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
  // A failed statement would be logged with the password in it.
  await client.query('set log_min_error_statement = panic');
  if (!rowCount) await client.query(`create role ${role} login`);
  await client.query(`alter role ${role} password ${client.escapeLiteral(password)}`);
  await client.query('reset log_min_error_statement');
}

/**
 * @param {import('pg').Client} client as superuser @param {string} name @param {string} [owner]
 * @returns {Promise<boolean>} whether it is new
 */
export async function ensureDatabase(client, name, owner) {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  if (rowCount) return false;
  await client.query(
    `create database ${client.escapeIdentifier(name)}${owner ? ` owner ${client.escapeIdentifier(owner)}` : ''}`,
  );
  return true;
}
