import { describe, expect, it } from 'vitest';
import { connected, connectTo, databaseOfTest, namesIn } from './testing/connected.js';

const shop = `
  create schema sales;
  create table sales.customer (id integer primary key, email text, phone text);
  create table sales.orders (id integer primary key, customer integer references sales.customer);
  create view sales.order_of as select id from sales.orders`;

describe('changes', () => {
  it('a renamed table keeps its GUID, and so do its columns', async () => {
    const { refresh, openMetadata, database, table, column } = await connected(shop);
    await refresh();
    const before = [table('sales.orders'), column('sales.orders.id')].map((name) =>
      openMetadata.guidOf(name),
    );
    await database.run('alter table sales.orders rename to purchase');
    const report = await refresh();
    expect([report.created, report.removed]).toEqual([[], []]);
    const after = [table('sales.purchase'), column('sales.purchase.id')].map((name) =>
      openMetadata.guidOf(name),
    );
    expect(after).toEqual(before);
  });

  it('a renamed schema and a moved table keep theirs', async () => {
    const { refresh, openMetadata, database, schema, table } = await connected(shop);
    await refresh();
    const before = [schema('sales'), table('sales.orders'), table('sales.customer')];
    const guids = before.map((name) => openMetadata.guidOf(name));
    await database.run('alter schema sales rename to trade; alter table trade.customer set schema public');
    const report = await refresh();
    expect([report.created, report.removed, report.refused]).toEqual([[], [], []]);
    const after = [schema('trade'), table('trade.orders'), table('public.customer')];
    expect(after.map((name) => openMetadata.guidOf(name))).toEqual(guids);
  });

  it('columns that swap their names swap their GUIDs', async () => {
    const { refresh, openMetadata, database, column } = await connected(shop);
    await refresh();
    const [email, phone] = [column('sales.customer.email'), column('sales.customer.phone')];
    const before = [openMetadata.guidOf(email), openMetadata.guidOf(phone)];
    await database.run(`
      alter table sales.customer rename email to other;
      alter table sales.customer rename phone to email;
      alter table sales.customer rename other to phone`);
    const report = await refresh();
    expect([report.created, report.removed]).toEqual([[], []]);
    expect([openMetadata.guidOf(phone), openMetadata.guidOf(email)]).toEqual(before);
  });

  it('a dropped schema goes as a whole, and nothing else', async () => {
    const { refresh, openMetadata, database } = await connected(
      `${shop}; create table public.kept (id integer)`,
    );
    await refresh();
    await database.run('drop schema sales cascade');
    const report = await refresh();
    expect(report.removed.filter((name) => !name.includes('.sales'))).toEqual([]);
    expect(openMetadata.names().filter((name) => name.includes('.sales'))).toEqual([]);
    expect([report.created, report.updated]).toEqual([[], []]);
    expect(openMetadata.names('tables')).toHaveLength(1);
  });

  it('a changed view, type, default or comment changes what has it', async () => {
    const { refresh, database, table, column } = await connected(shop);
    await refresh();
    await database.run('create or replace view sales.order_of as select id from sales.orders where id > 5');
    expect((await refresh()).updated).toEqual([table('sales.order_of')]);
    await database.run('alter table sales.customer alter phone type varchar(20)');
    expect((await refresh()).updated).toEqual([column('sales.customer.phone')]);
    await database.run("alter table sales.customer alter phone set default '-', alter email set not null");
    expect((await refresh()).updated.sort()).toEqual([
      column('sales.customer.email'),
      column('sales.customer.phone'),
    ]);
    await database.run("comment on table sales.customer is 'People'");
    expect((await refresh()).updated).toEqual([table('sales.customer')]);
  });

  it('new estimates of about as many rows change nothing', async () => {
    const { refresh, openMetadata, database, table } = await connected(shop);
    await database.run(
      'insert into sales.customer select n from generate_series(1, 4100) n; analyze sales.customer',
    );
    await refresh();
    const written = openMetadata.written(table('sales.customer'));
    expect(written?.properties.additionalProperties).toMatchObject({ estimatedRows: '4000' });
    await database.run(
      'insert into sales.customer select n from generate_series(5000, 5200) n; analyze sales.customer',
    );
    const report = await refresh();
    expect(report.updated).toEqual([]);
  });

  it('settings of the role change nothing', async () => {
    const { refresh, openMetadata, database } = await connected(`
      create type public.mood as enum ('happy');
      create table public.person (born date default '2001-02-03', felt public.mood default 'happy',
        waited interval default '1 day 2 hours', at timestamptz default '2001-02-03 04:05:06+00');
      create view public.young as select born from public.person where born > '2001-02-03'`);
    await refresh();
    const { rows } = database;
    const [role] = await rows(`select '${database.name}_reader' as name`);
    await database.run(`
      alter role ${String(role?.name)} set search_path to public;
      alter role ${String(role?.name)} set datestyle to 'German';
      alter role ${String(role?.name)} set intervalstyle to 'sql_standard';
      alter role ${String(role?.name)} set timezone to 'Asia/Tokyo';
      alter role ${String(role?.name)} set quote_all_identifiers to on`);
    const report = await refresh();
    expect([report.created, report.updated, report.removed]).toEqual([[], [], []]);
    expect(report.counts.unchanged).toBe(openMetadata.names().length);
  });
});

describe('includes and excludes', () => {
  const several = `
    create schema sales; create schema hr;
    create table sales.customer (id integer primary key);
    create table sales.orders (id integer, customer integer references sales.customer);
    create table hr.person (id integer)`;

  it('catalogue what they name, and refer to nothing else', async () => {
    const database = await databaseOfTest(several);
    const { schema, table, column } = namesIn(database);
    const { refresh, openMetadata } = await connectTo(database, {
      include: ['sales'],
      exclude: ['sales.cust*'],
    });
    const report = await refresh();
    expect(report.refused).toEqual([]);
    expect(openMetadata.names('databaseSchemas')).toEqual([schema('sales')]);
    expect(openMetadata.names('tables')).toEqual([table('sales.orders')]);
    const types = openMetadata
      .written(column('sales.orders.customer'))
      ?.relationships?.map(({ type }) => type);
    expect(types).toEqual(['NestedSchemaAttribute']);
  });
});
