/** For integration tests: a database of one's own, and the NATS server, both of the test run (test-servers.mjs). */
import { randomBytes, randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { cacheFolder } from './folders.mjs';
import { startNatsServer } from './nats-server.mjs';
import { temporaryHome } from './temporary-homes.mjs';

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

/**
 * A NATS server that no other spec sends to, and that may be stopped and started again: for a whole daemon, which answers
 * whatever comes on its subjects.
 * @returns {Promise<import('./nats-server.mjs').NatsServer & { drop: () => Promise<void> }>} `drop`: stops and removes it
 */
export async function freshNats() {
  const home = await temporaryHome();
  // Specs that begin at the same moment do not look at the same ports.
  const preferredPort = randomInt(20_000, 40_000);
  const server = await startNatsServer({
    folder: join(home, 'nats'),
    cacheFolder: cacheFolder(),
    preferredPort,
  });
  const drop = async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  };
  return { ...server, drop };
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
