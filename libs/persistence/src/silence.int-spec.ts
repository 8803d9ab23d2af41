import { SystemUnavailableError } from '@idaemon/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { interruptibleProxy } from '../../../tools/launcher/interruptible-proxy.mjs';
import { freshDatabase } from '../../../tools/launcher/testing.mjs';
import { isUnavailable, sqlStateOf } from './database-errors.js';
import { Database, type DatabaseOptions } from './database.js';

let server: { url: string; drop: () => Promise<void> };
let proxy: Awaited<ReturnType<typeof interruptibleProxy>>;
const opened: Database[] = [];

beforeEach(async () => {
  server = await freshDatabase();
  proxy = await interruptibleProxy(server.url);
});
afterEach(async () => {
  await proxy.cut();
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await server.drop();
});

async function open(limits: Pick<DatabaseOptions, 'statementLimitMs' | 'silenceMs'>): Promise<Database> {
  const options = { schema: 'silence', migrations: [], applicationName: 'silence-spec', poolSize: 2 };
  const one = await Database.open({ ...options, ...limits, url: proxy.url }, new AbortController().signal);
  opened.push(one);
  return one;
}

const failureOf = (work: Promise<unknown>) => work.catch((error: unknown) => error);

describe('a Postgres that falls silent', () => {
  it('is unavailable after the limit of a statement, and is asked on new connections once it is back', async () => {
    const database = await open({ statementLimitMs: 300 });
    await Promise.all([database.row('select 1'), database.row('select 1')]);
    proxy.silence();
    const lost = await failureOf(database.row('select 1'));
    expect(lost).toBeInstanceOf(SystemUnavailableError);
    expect((lost as Error).message).toContain('did not answer for 0.6 s');
    expect(isUnavailable(lost)).toBe(true);
    await proxy.mend();
    // The other idle connection may be silent still: it is found out by the first who uses it.
    await failureOf(database.row('select 1'));
    expect(await database.row('select 1 as alive')).toEqual({ alive: 1 });
  });

  it('ends a transaction at whatever statement it is, the last one too, and gives its connection up', async () => {
    const database = await open({ statementLimitMs: 300 });
    const atCommit = database.transaction(async (sql) => {
      await sql.row('select 1');
      proxy.silence();
    });
    expect(await failureOf(atCommit)).toBeInstanceOf(SystemUnavailableError);
    await proxy.mend();
    const within = database.transaction(async (sql) => {
      await sql.row('select 1');
      proxy.silence();
      await sql.row('select 1');
    });
    expect(await failureOf(within)).toBeInstanceOf(SystemUnavailableError);
    await proxy.mend();
    const both = [1, 2].map((value) => database.transaction((sql) => sql.row(`select ${value} as value`)));
    expect(await Promise.all(both)).toEqual([{ value: 1 }, { value: 2 }]);
  });

  it('ends a statement long before its limit, since nobody answers on a new connection either', async () => {
    const database = await open({ statementLimitMs: 3_600_000, silenceMs: 200 });
    const working = failureOf(database.row('select pg_sleep(3600)'));
    proxy.silence();
    expect(await working).toBeInstanceOf(SystemUnavailableError);
  }, 20_000);

  it('ends a statement that was lost on its own connection, though new ones are answered', async () => {
    const database = await open({ statementLimitMs: 3_600_000, silenceMs: 200 });
    const pid = 'select pg_backend_pid() as pid';
    await Promise.all([database.row(pid), database.row(pid)]);
    proxy.silence();
    await proxy.mend();
    const lost = await failureOf(database.row(pid));
    expect(lost).toBeInstanceOf(SystemUnavailableError);
    expect((lost as Error).message).toMatch(/did not answer for 0\.\d s/);
  });

  it('does not keep a process from closing its pool', async () => {
    const database = await open({ statementLimitMs: 300 });
    await database.row('select 1');
    proxy.silence();
    await database.close();
  });
});

describe('a Postgres that works long', () => {
  it('is waited for while it answers on a new connection', async () => {
    const database = await open({ statementLimitMs: 60_000, silenceMs: 50 });
    expect(await database.row('select pg_sleep(0.5), 1 as done')).toMatchObject({ done: 1 });
  });

  it('has time for each of the statements that were sent at once', async () => {
    const database = await open({ statementLimitMs: 400 });
    await database.transaction(async (sql) => {
      await Promise.all(Array.from({ length: 5 }, () => sql.row('select pg_sleep(0.25)')));
    });
  });

  it('breaks the statement off by itself at the limit and keeps the connection', async () => {
    const database = await open({ statementLimitMs: 300 });
    const pid = 'select pg_backend_pid() as pid';
    const before = await database.row(pid);
    const late = await failureOf(database.row('select pg_sleep(60)'));
    expect(late).toBeInstanceOf(SystemUnavailableError);
    expect(sqlStateOf(late)).toBe('57014');
    expect(await database.row(pid)).toEqual(before);
  });
});
