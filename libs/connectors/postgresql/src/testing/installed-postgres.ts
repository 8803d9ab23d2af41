/** A PostgreSQL of another version, as Debian and others install it: `/usr/lib/postgresql/<version>/bin`. */
import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresUser } from '../../../../../tools/launcher/postgres-binaries.mjs';

const run = promisify(execFile);
const home = '/usr/lib/postgresql';

/** Versions that are installed on this machine, e.g. `['15']`. */
export async function installedVersions(): Promise<string[]> {
  return (await readdir(home).catch(() => [])).sort();
}

export async function startInstalledPostgres(
  version: string,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const user = await postgresUser();
  const folder = await mkdtemp(join(tmpdir(), 'idaemon-postgres-'));
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid);
  else await chmod(folder, 0o700);
  const data = join(folder, 'data');
  const program = (name: string, args: string[]) =>
    run(join(home, version, 'bin', name), args, { ...user, cwd: '/' });
  await program('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N']);
  const port = await freePort();
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off`;
  await program('pg_ctl', ['-D', data, '-o', settings, '-l', join(folder, 'log'), '-w', 'start']);
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      await program('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}
