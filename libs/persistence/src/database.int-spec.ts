import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SystemUnavailableError } from '@idaemon/contracts';
import { freshDatabase } from '../../../tools/launcher/testing.mjs';
import { isUnavailable, sqlStateOf } from './database-errors.js';
import { Database } from './database.js';

class MakeNumbers1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table numbers (value int primary key)');
  }
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}

let database: { url: string; drop: () => Promise<void> };
const opened: Database[] = [];

beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await database.drop();
});

async function open(
  url = database.url,
  signal = new AbortController().signal,
  onWait?: (error: Error) => void,
  isPrepared = false,
): Promise<Database> {
  const options = {
    url,
    isPrepared,
    schema: 'numbers_app',
    migrations: [MakeNumbers1700000000000],
    applicationName: 'spec',
  };
  const one = await Database.open(options, signal, onWait);
  opened.push(one);
  return one;
}

describe('a database', () => {
  it.each([
    ['database', (url: URL) => (url.pathname = '/nowhere'), 'nowhere'],
    ['user', (url: URL) => (url.username = 'nobody-known'), 'nobody-known'],
  ])('that refuses the %s says so with the next step, without the password', async (_, change, name) => {
    const url = new URL(database.url);
    url.password ||= 'hunter2-hunter2';
    change(url);
    const refused: unknown = await open(url.href).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'configuration-invalid',
      message: expect.stringContaining(name) as string,
      action: expect.stringContaining('IDAEMON_POSTGRES_URL') as string,
    });
    expect(String((refused as Error).message)).not.toContain(url.password);
  });

  it('is migrated once when several processes open it at the same time', async () => {
    const all = await Promise.all([open(), open(), open()]);
    await all[0].rows('insert into numbers values (1)');
    expect(await all[2].rows('select value from numbers')).toEqual([{ value: 1 }]);
    expect(await all[1].row('select count(*)::int as count from migrations')).toEqual({ count: 1 });
  });

  it('finds its own schema first, whatever stands in public', async () => {
    const one = await open();
    expect(await one.row('select current_schema() as schema')).toEqual({ schema: 'numbers_app' });
  });

  it('has a second pool with settings of its own, for which nothing is migrated', async () => {
    await open();
    const settings = { statement_timeout: '8s', timezone: 'Pacific/Auckland' };
    const reading = await Database.open(
      { url: database.url, schema: 'numbers_app', migrations: [], applicationName: 'spec', settings },
      new AbortController().signal,
    );
    opened.push(reading);
    expect(await reading.row('show statement_timeout')).toEqual({ statement_timeout: '8s' });
    expect(await reading.row('show timezone')).toEqual({ TimeZone: 'Pacific/Auckland' });
    expect(await reading.row('select count(*)::int as count from numbers')).toEqual({ count: 0 });
  });

  it('rolls a transaction back when its work throws', async () => {
    const one = await open();
    const work = one.transaction(async (sql) => {
      await sql.rows('insert into numbers values (7)');
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await one.rows('select * from numbers')).toEqual([]);
  });

  it('sends what does not wait for each other at once, and blames the first that fails', async () => {
    const one = await open();
    const add = (value: number | null) => `insert into numbers values (${value})`;
    await one.transaction((sql) => Promise.all([sql.rows(add(1)), sql.rows(add(2)), sql.rows(add(3))]));
    const work = one.transaction((sql) =>
      Promise.all([sql.rows(add(4)), sql.rows(add(null)), sql.rows(add(1)), sql.rows('select 1')]),
    );
    expect(sqlStateOf(await work.catch((error: unknown) => error))).toBe('23502');
    expect(await one.rows('select value from numbers order by value')).toEqual([
      { value: 1 },
      { value: 2 },
      { value: 3 },
    ]);
  });

  it('does not commit what a statement that nobody waits for has broken', async () => {
    const one = await open();
    const work = one.transaction(async (sql) => {
      sql.rows('insert into numbers values (null)').catch(() => undefined);
      await sql.rows('select 1').catch(() => undefined);
    });
    expect(sqlStateOf(await work.catch((error: unknown) => error))).toBe('23502');
  });

  it('sends nothing more for a transaction that has failed', async () => {
    const one = await open();
    let goOn: () => Promise<unknown> = () => Promise.resolve();
    const work = one.transaction((sql) => {
      goOn = () => sql.rows('insert into numbers values (9)');
      return Promise.reject(new Error('changed my mind'));
    });
    await expect(work).rejects.toThrow('changed my mind');
    await expect(goOn()).rejects.toThrow('changed my mind');
    expect(await one.rows('select * from numbers')).toEqual([]);
  });

  it('answers the rows of an update that returns them', async () => {
    const one = await open();
    await one.rows('insert into numbers values (1), (2)');
    expect(await one.rows('update numbers set value = value + 10 where value = 2 returning value')).toEqual([
      { value: 12 },
    ]);
    expect(await one.rows('delete from numbers where value = 1')).toEqual([]);
  });

  it('waits for a Postgres that is not there yet, says so without the password, and stops when told to', async () => {
    const stop = new AbortController();
    const url = 'postgresql://someone:very-secret@127.0.0.1:1/nowhere';
    const waited: Error[] = [];
    const opening = open(url, stop.signal, (error) => {
      waited.push(error);
      stop.abort();
    });
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    expect(waited[0]).toBeInstanceOf(SystemUnavailableError);
    expect(waited[0]?.message).toContain('Postgres at 127.0.0.1:1');
    expect(waited[0]?.message).not.toContain('very-secret');
  });

  it('reports a connection that the server ended as an unavailable system', async () => {
    const one = await open();
    const ended = one.rows('select pg_terminate_backend(pg_backend_pid())');
    await expect(ended).rejects.toBeInstanceOf(SystemUnavailableError);
    await expect.poll(() => one.row('select 1 as alive').catch(() => undefined)).toEqual({ alive: 1 });
  });

  it.each([
    ['cancelled', '57014'],
    ['caught in a deadlock', '40P01'],
    ['not serializable', '40001'],
  ])('reports a statement that was %s as retryable, with its code, and itself as there', async (_, state) => {
    const one = await open();
    const broken = `do $$ begin raise exception 'broken off' using errcode = '${state}'; end $$`;
    for (const work of [one.rows(broken), one.transaction((sql) => sql.rows(broken))]) {
      const error: unknown = await work.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SystemUnavailableError);
      expect(sqlStateOf(error)).toBe(state);
      expect(isUnavailable(error)).toBe(false);
    }
  });

  it('leaves a broken constraint what it is', async () => {
    const one = await open();
    const twice: unknown = await one
      .rows('insert into numbers values (1), (1)')
      .catch((thrown: unknown) => thrown);
    expect(twice).not.toBeInstanceOf(SystemUnavailableError);
    expect(sqlStateOf(twice)).toBe('23505');
  });

  it('keeps statements with parameters planned when it is told to', async () => {
    const prepared = await open(database.url, undefined, undefined, true);
    const plain = await open();
    const text = 'select $1::int as value, name from pg_prepared_statements where statement like $2';
    const look = (one: Database) =>
      one.transaction((sql) =>
        Promise.all([7, 8].map((value) => sql.rows(text, [value, 'select $1::int%']))),
      );
    expect(await look(plain)).toEqual([[], []]);
    expect(await look(prepared)).toEqual([7, 8].map((value) => [{ value, name: 'statement-1' }]));
  });
});
