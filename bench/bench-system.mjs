/** The processes of a bench: one PostgreSQL and NATS for all rounds, a new database and new apps for each round. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { withClient } from '@idaemon/launcher/database';
import { startEmbeddedPostgres } from '@idaemon/launcher/embedded-postgres';
import { cacheFolder } from '@idaemon/launcher/folders';
import { startNatsServer } from '@idaemon/launcher/nats-server';
import { freePortNear } from '@idaemon/launcher/ports';
import { System } from '@idaemon/launcher/system';

const pollMs = 50;

export async function startServers() {
  const folder = await mkdtemp(join(tmpdir(), 'idaemon-bench-'));
  await chmod(folder, 0o711);
  const postgres = await startEmbeddedPostgres({
    folder: join(folder, 'postgres'),
    preferredPort: 19_432,
    // As `npm start` has it, except that a checkpoint falls into no round by chance.
    settings: { max_wal_size: '8GB', checkpoint_timeout: '1h' },
  });
  const nats = await startNatsServer({
    folder: join(folder, 'nats'),
    cacheFolder: cacheFolder(),
    preferredPort: 19_222,
  });
  const stop = async () => {
    await nats.stop();
    await postgres.stop({ isImmediate: true });
    await rm(folder, { recursive: true, force: true });
  };
  return { folder, postgres, nats, stop };
}

/**
 * Apps on a database of their own.
 * @param {Awaited<ReturnType<typeof startServers>>} servers @param {string[]} apps @param {Record<string, string>} environment
 */
export async function startRound({ folder, postgres, nats }, apps, environment = {}) {
  const database = `round_${randomBytes(4).toString('hex')}`;
  await withClient(postgres.url(), (client) => client.query(`create database ${database}`));
  const token = randomBytes(32).toString('base64url');
  const system = new System({
    home: join(folder, database),
    natsUrl: nats.url,
    postgresUrl: postgres.url(database),
    isSupervised: false,
    environment: { PATH: process.env.PATH, IDAEMON_TOKEN: token, IDAEMON_LOG_LEVEL: 'warn', ...environment },
  });
  let port = 19_500;
  for (const app of apps) {
    port = await freePortNear(port + 1);
    await system.start({ name: app, app, port, environment: {} });
  }
  await Promise.all(apps.map((app) => system.untilReady(app)));
  const call = caller(system.url('daemon'), token);
  await call('PUT', '/api/gateways/default', { kind: 'gateway', name: 'default' });
  const stop = async () => {
    await system.stop();
    await withClient(postgres.url(), (client) => client.query(`drop database ${database} with (force)`));
  };
  return { system, url: postgres.url(database), call, refresh: refresher(call), stop };
}

function caller(url, token) {
  return async (method, path, body) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
}

/** Refreshes a connector and answers the ended run with its duration, as its own report has it. */
function refresher(call) {
  return async (connector) => {
    const { id } = await call('POST', `/api/connectors/${connector}/refresh`, {});
    for (;;) {
      const run = await call('GET', `/api/connectors/${connector}/runs/${id}`);
      if (run.state === 'ended') {
        if (run.outcome !== 'succeeded')
          throw new Error(`The run of ${connector} ended ${run.outcome}: ${JSON.stringify(run.error)}`);
        return { ...run, ms: Date.parse(run.endedAt) - Date.parse(run.startedAt) };
      }
      await wait(pollMs);
    }
  };
}
