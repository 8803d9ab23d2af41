import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startConnector } from '@idaemon/connector-testing';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { postgresql } from './postgresql.connector.js';
import { connectTo, databaseOfTest } from './testing/connected.js';
import type { TestDatabase } from './testing/database.js';

let sql: string;

beforeAll(async () => {
  sql = await readFile(new URL('ddl-notifications.sql', import.meta.url), 'utf8');
});

describe('notifications', () => {
  it('ask for a refresh within a second of a change to tables, views and schemas', async () => {
    const { database, changes } = await listening();
    for (const statement of [
      'create table a (id integer)',
      'alter table a add column more text',
      'create view seen as select id from a',
      "comment on column a.id is 'Its number'",
      'create schema other',
      'alter table a rename to b',
      'drop view seen',
      'drop schema other',
      'create table copied as select 1 as one',
    ]) {
      const before = changes();
      await database.run(statement);
      await until(() => changes() > before, statement);
    }
  });

  it('keep silent about rights, refreshed views, temporary tables and what was rolled back', async () => {
    const { database, changes } = await listening(`
      create table a (id integer); create materialized view stored as select id from a`);
    const before = changes();
    await database.run('grant select on a to public');
    await database.run('refresh materialized view stored');
    await database.run('create temporary table passing (id integer); drop table passing');
    await database.run('begin; create table never (id integer); rollback');
    await sleep(300);
    expect(changes()).toBe(before);
    await database.run('create table b (id integer)');
    await until(() => changes() === before + 1, 'create table b');
  });

  it('ask for a refresh when they begin, as nobody listened before', async () => {
    const { changes } = await listening();
    expect(changes()).toBe(1);
  });

  it('may be installed again and again, and leave with their schema', async () => {
    const { database, changes } = await listening();
    await database.run(sql);
    await database.run(sql);
    const triggers = await database.rows('select evtname from pg_event_trigger order by 1');
    expect(triggers.map(({ evtname }) => evtname)).toEqual(['idaemon_changed', 'idaemon_dropped']);
    await database.run('drop schema idaemon cascade');
    expect(await database.rows('select evtname from pg_event_trigger')).toEqual([]);
    await sleep(300);
    const before = changes();
    await database.run('create table a (id integer)');
    await sleep(300);
    expect(changes()).toBe(before);
  });

  it('are installed by a superuser who is asked to', async () => {
    const database = await databaseOfTest('');
    const { username, password } = new URL(process.env.IDAEMON_TEST_POSTGRES_URL ?? '');
    const url = new URL(database.url);
    url.username = username;
    const connector = await startConnector(postgresql, {
      config: { url: url.href, notifications: { install: true } },
      secrets: { password },
    });
    onTestFinished(() => connector.stop());
    const { requests } = connector.engage();
    await until(() => requests() > 0, 'the installation');
    expect(await database.rows('select evtname from pg_event_trigger')).toHaveLength(2);
  });

  it('cannot be installed by others, who are told what to do', async () => {
    const database = await databaseOfTest('');
    await database.run(`grant create on database ${database.name} to ${database.name}_reader`);
    const { engage } = await connectTo(database, { notifications: { install: true } });
    await expect(engage().done).rejects.toMatchObject({
      code: 'not-authorized',
      action: expect.stringContaining('ddl-notifications.sql') as string,
    });
    expect(await database.rows("select nspname from pg_namespace where nspname = 'idaemon'")).toEqual([]);
  });

  it('that nobody installed are a matter of the configuration', async () => {
    const database = await databaseOfTest('');
    const { engage } = await connectTo(database, { notifications: {} });
    await expect(engage().done).rejects.toMatchObject({
      code: 'configuration-invalid',
      action: expect.stringContaining('superuser') as string,
    });
  });

  it('fail as unavailable when the connection is lost', async () => {
    const { database, done } = await listening();
    await database.closeDoor();
    await expect(done).rejects.toMatchObject({ code: 'system-unavailable' });
  });

  it('come from all databases that are catalogued', async () => {
    const [first, second] = await Promise.all([databaseOfTest(sql), databaseOfTest(sql)]);
    const databases = [first.name, second.name];
    const { engage } = await connectTo(first, { databases, notifications: {} });
    const { requests } = engage();
    await until(() => requests() === 2, 'both');
    await second.run('create table a (id integer)');
    await until(() => requests() === 3, 'the second');
  });

  it('end all when one ends', async () => {
    const [first, second] = await Promise.all([databaseOfTest(sql), databaseOfTest('')]);
    const { engage } = await connectTo(first, {
      databases: [first.name, second.name],
      notifications: {},
    });
    await expect(engage().done).rejects.toMatchObject({ code: 'configuration-invalid' });
    const listeners = `select pid from pg_stat_activity
      where application_name = 'idaemon' and datname = '${first.name}'`;
    await until(async () => (await first.rows(listeners)).length === 0, 'the first');
  });
});

async function listening(before = ''): Promise<{
  database: TestDatabase;
  changes: () => number;
  done: Promise<void>;
}> {
  const database = await databaseOfTest(`${sql}; ${before}`);
  const { engage } = await connectTo(database, { notifications: {} });
  const { requests, done } = engage();
  await until(() => requests() === 1, 'listening');
  return { database, changes: requests, done };
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const startedAt = performance.now();
  while (!(await condition())) {
    expect(performance.now() - startedAt, `${what} was not noticed within a second`).toBeLessThan(1000);
    await sleep(10);
  }
}
