/** For integration tests: a database of one's own, and the NATS server, both of the test run (test-servers.mjs). */
import { randomBytes } from 'node:crypto';
import pg from 'pg';

/**
 * An empty database that nobody else uses.
 * @returns {Promise<{ url: string, drop: () => Promise<void> }>} `url`: as superuser; `drop`: ends its sessions, too
 */
export async function freshDatabase() {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const server = superuserUrl();
  await query(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => query(server, `drop database if exists ${name} with (force)`) };
}

/** The server that all tests share; for what concerns the whole server, e.g. roles. @returns {string} */
export function superuserUrl() {
  return variable('IDAEMON_TEST_POSTGRES_URL');
}

/** @returns {string} with user and password */
export function natsUrl() {
  return variable('IDAEMON_TEST_NATS_URL');
}

/** @param {string} connectionString @param {string} sql */
async function query(connectionString, sql) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** @param {string} name */
function variable(name) {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: run the spec with "npx vitest run --project integration <path>".`);
  return value;
}
