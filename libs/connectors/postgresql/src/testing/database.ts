/** A database of one test with a role that may do no more than log in, behind a door that the test can close. */
import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import pg from 'pg';
import { freshDatabase } from '../../../../../tools/launcher/testing.mjs';

export interface TestDatabase {
  name: string;
  /** `postgresql://role@host:port/name`, without the password. */
  url: string;
  password: string;
  /** `host:port`. */
  address: string;
  /** As superuser. */
  run: (sql: string) => Promise<void>;
  rows: (sql: string) => Promise<Record<string, unknown>[]>;
  /** As superuser, in a session that stays until it is released. */
  hold: (sql: string) => Promise<{ release: () => Promise<void> }>;
  closeDoor: () => Promise<void>;
  drop: () => Promise<void>;
}

export const readerPassword = 'reader-4711-secret';

export async function testDatabase(sql = ''): Promise<TestDatabase> {
  const { url: superuserUrl, drop: dropDatabase } = await freshDatabase();
  const superuser = new pg.Client({ connectionString: superuserUrl });
  await superuser.connect();
  const held = new Set<pg.Client>();
  const { hostname, port, pathname } = new URL(superuserUrl);
  const name = pathname.slice(1);
  const role = `${name}_reader`;
  await superuser.query(`create role ${role} login password '${readerPassword}'`);
  if (sql) await superuser.query(sql);
  const door = await openDoor(hostname, Number(port));
  const release = async (client: pg.Client) => {
    held.delete(client);
    await client.end();
  };

  return {
    name,
    url: `postgresql://${role}@127.0.0.1:${door.port}/${name}`,
    password: readerPassword,
    address: `127.0.0.1:${door.port}`,
    run: async (statements) => void (await superuser.query(statements)),
    rows: async (query) => (await superuser.query<Record<string, unknown>>(query)).rows,
    async hold(statements) {
      const client = new pg.Client({ connectionString: superuserUrl });
      await client.connect();
      held.add(client);
      await client.query(statements);
      return { release: () => release(client) };
    },
    closeDoor: () => door.close(),
    async drop() {
      await door.close();
      await Promise.all([...held].map(release));
      await superuser.query(`reassign owned by ${role} to current_user; drop owned by ${role}`);
      await superuser.end();
      await dropDatabase();
      await withServer((server) => server.query(`drop role ${role}`));
    },
  };
}

async function withServer(use: (server: pg.Client) => Promise<unknown>): Promise<void> {
  const server = new pg.Client({ connectionString: process.env.IDAEMON_TEST_POSTGRES_URL });
  await server.connect();
  await use(server).finally(() => server.end());
}

async function openDoor(host: string, port: number): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    return socket;
  };
  const door: Server = createServer((inside) => {
    const outside = keep(connect(port, host));
    keep(inside).pipe(outside).pipe(inside);
    inside.once('close', () => outside.destroy());
    outside.once('close', () => inside.destroy());
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const address = door.address();
  if (typeof address !== 'object' || !address) throw new Error('the door has no port');
  return {
    port: address.port,
    async close() {
      for (const socket of sockets) socket.destroy();
      if (door.listening) await new Promise((resolve) => door.close(resolve));
    },
  };
}
