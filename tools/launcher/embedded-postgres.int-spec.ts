import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { withClient } from './database.mjs';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.mjs';
import { isAlive } from './process-identity.mjs';

const running: EmbeddedPostgres[] = [];
const folders: string[] = [];

async function newFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
  // As root the server runs as another user, who has to get in.
  await chmod(folder, 0o711);
  folders.push(folder);
  return folder;
}

async function startIn(folder: string) {
  const postgres = await startEmbeddedPostgres({
    folder: join(folder, 'postgres'),
    preferredPort: 18_632,
    isThrowAway: true,
  });
  running.push(postgres);
  return postgres;
}

const query = (postgres: EmbeddedPostgres, sql: string) =>
  withClient(postgres.url(), async (client) => (await client.query<Record<string, unknown>>(sql)).rows);

afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop();
});

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

describe('an embedded PostgreSQL', () => {
  let folder: string;
  beforeAll(async () => (folder = await newFolder()));
  const start = () => startIn(folder);

  test('is closed to who does not know its password, which only its owner can read', async () => {
    const postgres = await start();
    expect(await query(postgres, 'select 1 as one')).toEqual([{ one: 1 }]);
    const stranger = postgres.url('postgres', { name: 'postgres', password: 'guess' });
    await expect(withClient(stranger, (client) => client.query('select 1'))).rejects.toThrow('password');
    expect((await stat(join(folder, 'postgres', 'password'))).mode & 0o777).toBe(0o600);
  });

  test('that a killed launcher left is adopted, with what it holds', async () => {
    const first = await start();
    await query(first, 'create table if not exists kept as select 42 as answer');
    const second = await start();
    expect(second.isAdopted).toBe(true);
    expect(second.port).toBe(first.port);
    expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await second.stop();
    expect(await isAlive(first.process().identity)).toBe(false);
  });

  test('keeps data and port over a stop and a crash', async () => {
    const first = await start();
    await query(first, 'create table if not exists kept as select 42 as answer');
    await first.stop();
    const second = await start();
    expect(second.isAdopted).toBe(false);
    expect(second.port).toBe(first.port);
    await second.stop({ isImmediate: true });
    await second.start();
    expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  test('does not take a foreign process for its own, nor touches it', async () => {
    const postgres = await start();
    await postgres.stop();
    const stranger = spawn('sleep', ['60']);
    const lock = join(postgres.dataFolder, 'postmaster.pid');
    await writeFile(
      lock,
      `${stranger.pid}\n${postgres.dataFolder}\n1\n${postgres.port}\n\n127.0.0.1\n\nready\n`,
    );
    const again = await start();
    expect(again.isAdopted).toBe(false);
    expect(stranger.exitCode).toBeNull();
    stranger.kill();
  });
});

describe('a folder for an embedded PostgreSQL', () => {
  let folder: string;
  beforeEach(async () => (folder = await newFolder()));

  test('with data of an older PostgreSQL is refused with both versions and the next step, and leaves it alone', async () => {
    const data = join(folder, 'postgres', 'data');
    await mkdir(data, { recursive: true });
    await writeFile(join(data, 'PG_VERSION'), '17\n');
    await expect(startIn(folder)).rejects.toThrow(
      /data of PostgreSQL 17, but PostgreSQL 18 is installed.*Dump it/,
    );
    expect(await readFile(join(data, 'PG_VERSION'), 'utf8')).toBe('17\n');
  });

  test('with an interrupted first start begins anew', async () => {
    await mkdir(join(folder, 'postgres', 'data.unfinished', 'base'), { recursive: true });
    expect(await query(await startIn(folder), 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});
