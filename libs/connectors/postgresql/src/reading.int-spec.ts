import { setTimeout as sleep } from 'node:timers/promises';
import { startConnector } from '@idaemon/connector-testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseConfig } from '@idaemon/connector-kit';
import { serverOf } from './config.js';
import { Connection, openConnection } from './connection.js';
import { postgresql } from './postgresql.connector.js';
import { beforeWrite, connected, connectTo, databaseOfTest } from './testing/connected.js';
import type { TestDatabase } from './testing/database.js';

const connect = (config: object, password?: string) =>
  startConnector(postgresql, { config: config as { url: string }, secrets: { password } });

describe('what is refused', () => {
  it('a wrong password is', async () => {
    const { url } = await databaseOfTest('');
    const refused = connect({ url }, 'wrong-4712');
    await expect(refused).rejects.toMatchObject({ code: 'not-authorized' });
    await expect(refused).rejects.not.toThrow('wrong-4712');
  });

  it('a missing password is, with what to do', async () => {
    const { url } = await databaseOfTest('');
    await expect(connect({ url })).rejects.toMatchObject({
      code: 'not-authorized',
      action: expect.stringContaining('secret "password"') as string,
    });
  });

  it('an unknown role is', async () => {
    const { url, password } = await databaseOfTest('');
    const other = new URL(url);
    other.username = 'nobody_knows_it';
    const refused = connect({ url: other.href }, password);
    await expect(refused).rejects.toMatchObject({ code: 'not-authorized' });
    await expect(refused).rejects.toThrow('nobody_knows_it');
  });

  it('an unknown database is a matter of the configuration', async () => {
    const { url, password } = await databaseOfTest('');
    const other = new URL(url);
    other.pathname = '/nowhere';
    const refused = connect({ url: other.href }, password);
    await expect(refused).rejects.toMatchObject({ code: 'configuration-invalid' });
    await expect(refused).rejects.toThrow('no database "nowhere"');
  });

  it('a server without encryption is, where encryption is asked for', async () => {
    const { url, password } = await databaseOfTest('');
    const refused = connect({ url, ssl: { mode: 'require' } }, password);
    await expect(refused).rejects.toMatchObject({ code: 'configuration-invalid' });
    await expect(refused).rejects.toThrow('SSL');
  });

  it('a missing file of a certificate is a matter of the configuration', async () => {
    const { url, password } = await databaseOfTest('');
    const refused = connect({ url, ssl: { mode: 'verify-ca', ca: '/nowhere/ca.pem' } }, password);
    await expect(refused).rejects.toMatchObject({ code: 'configuration-invalid' });
    await expect(refused).rejects.toThrow('ssl.ca');
  });

  it('a database that takes no connections now is tried again', async () => {
    const { refresh, database } = await connected('');
    // Not from within.
    const other = await databaseOfTest('');
    await other.run(`alter database ${database.name} allow_connections false`);
    await expect(refresh()).rejects.toMatchObject({ code: 'system-unavailable' });
  });
});

describe('reading', () => {
  it('needs no right on the tables', async () => {
    const { refresh, openMetadata, database, table } = await connected('');
    await database.run(`
      create schema closed; create table closed.secret (id integer default 7);
      revoke all on schema closed from public; revoke all on closed.secret from public`);
    await refresh();
    expect(openMetadata.names('tables')).toEqual([table('closed.secret')]);
  });

  it('holds up nobody who changes a table, however slowly it is written', async () => {
    const { refresh, database } = await connected(`
      create table slow (id integer default 7); create view on_it as select id from slow`);
    let changed = false;
    await refresh(
      beforeWrite(async (collection) => {
        if (collection === 'columns' && !changed) {
          changed = true;
          await database.run("set lock_timeout to '2s'; alter table slow add column more text");
        }
      }),
    );
    expect(changed).toBe(true);
  });

  it('leaves a table alone that is locked, and reads the others', async () => {
    const { refresh, openMetadata, database, table } = await connected(`
      create table a (id integer); create view seen as select id from a; create table b (id integer)`);
    await refresh();
    const { release } = await database.hold('begin; lock table a in access exclusive mode');
    await database.run('create table c (id integer)');
    const report = await refresh();
    expect(report.unread).toEqual([
      { what: table('public.seen'), reason: expect.stringContaining('lock timeout') as string },
    ]);
    expect(report.created).toContain(table('public.c'));
    expect(report.removed).toEqual([]);
    await release();
    expect((await refresh()).unread).toEqual([]);
    expect(openMetadata.names('tables')).toHaveLength(4);
  });

  it('sees one state of the database, whatever is dropped meanwhile', async () => {
    const tables = Array.from(
      { length: 250 },
      (_, index) => `create table t${index} (id integer); create view v${index} as select id from t${index};`,
    );
    const { refresh, openMetadata, database } = await connected(tables.join('\n'));
    let dropped = false;
    const report = await refresh(
      beforeWrite(async (collection) => {
        if (collection === 'tables' && !dropped) {
          dropped = true;
          await database.run('drop table t248 cascade; drop view v249');
        }
      }),
    );
    expect(openMetadata.names('tables').length + report.unread.length).toBe(500);
    expect(report.unread.map(({ what }) => what.split('.').at(-1)).sort()).toEqual(
      expect.arrayContaining(['v248', 'v249']),
    );
    const next = await refresh();
    expect(next.unread).toEqual([]);
    expect(openMetadata.names('tables')).toHaveLength(497);
  });

  it('takes as many queries for many tables as for few, a batch at a time', async () => {
    const few = await queriesFor(10);
    const many = await queriesFor(90);
    expect(many).toBe(few);
  });

  it('is ended by an abort within a second, at the server too', async () => {
    const database = await databaseOfTest('');
    const abort = new AbortController();
    const config = parseConfig(postgresql, { url: database.url });
    const connection = await openConnection(serverOf(config, database.password), database.name, abort.signal);
    const asleep = connection.query('select pg_sleep(60)').catch((error: unknown) => error);
    await until(async () => (await sleepers(database)) === 1);
    const abortedAt = performance.now();
    abort.abort(new Error('stopped by the test'));
    expect(await asleep).toMatchObject({ message: 'stopped by the test' });
    await connection.close();
    await until(async () => (await sleepers(database)) === 0);
    expect(performance.now() - abortedAt).toBeLessThan(1000);
  });

  it('ends a query that takes too long', async () => {
    const database = await databaseOfTest('');
    const { refresh } = await connectTo(database, { statementTimeout: '1ms' });
    await database.run(
      Array.from({ length: 300 }, (_, i) => `create table t${i} (a integer, b text, c date);`).join('\n'),
    );
    await expect(refresh()).rejects.toMatchObject({ code: 'system-unavailable' });
  });
});

describe('several databases', () => {
  it('are catalogued as far as they are named and can be entered', async () => {
    const [first, second, third] = await Promise.all([
      databaseOfTest('create table one (id integer)'),
      databaseOfTest('create table two (id integer)'),
      databaseOfTest('create table three (id integer)'),
    ]);
    const databases = [first.name, second.name, third.name];
    const { refresh, openMetadata } = await connectTo(first, { databases });
    await refresh();
    expect(openMetadata.names('databases')).toHaveLength(3);
    expect(openMetadata.names('tables').map((name) => name.split('.').at(-1))).toHaveLength(3);
    expect(openMetadata.names('databaseManagers')).toEqual([`DatabaseManager::${first.address}`]);

    await third.run(`revoke connect on database ${third.name} from public`);
    await second.run('drop table two');
    const report = await refresh();
    expect(report.unread.map(({ what }) => what)).toEqual([
      `RelationalDatabase::${first.address}/${third.name}`,
    ]);
    expect(report.removed.map((name) => name.split('.').at(-1))).toEqual(expect.arrayContaining(['two']));
    expect(openMetadata.names('tables')).toHaveLength(2);
  });
});

async function queriesFor(tables: number): Promise<number> {
  const { refresh } = await connected(
    Array.from({ length: tables }, (_, index) => `create table t${index} (id integer, b text);`).join('\n'),
  );
  const query = vi.spyOn(Connection.prototype, 'query');
  await refresh();
  const { length } = query.mock.calls;
  query.mockRestore();
  return length;
}

async function sleepers(database: TestDatabase): Promise<number> {
  const [row] = await database.rows(
    `select count(*)::int as n from pg_stat_activity
      where datname = '${database.name}' and query like '%pg_sleep%' and state = 'active' and pid <> pg_backend_pid()`,
  );
  return Number(row?.n);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const isOver = { value: false };
  onTestFinished(() => void (isOver.value = true));
  while (!isOver.value && !(await condition())) await sleep(20);
}
