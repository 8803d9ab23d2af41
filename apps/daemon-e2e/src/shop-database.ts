import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestSystem } from './test-system.js';

/** A database with a few tables and a reader, in the PostgreSQL of the test system: a third party like any other. */
export class ShopDatabase {
  readonly readerPassword = `secret-${randomBytes(12).toString('hex')}`;

  private constructor(
    private readonly url: string,
    readonly port: number,
  ) {}

  static async make(system: TestSystem): Promise<ShopDatabase> {
    const shop = new ShopDatabase(system.postgres.url('shop'), system.postgres.port);
    await query(system.postgres.url(), 'create database shop');
    await shop.run(`create role reader login password '${shop.readerPassword}'`);
    await shop.run(`
      create table customer (id int primary key, name text not null, email text unique);
      create table purchase (id int primary key, customer_id int not null references customer (id), total numeric(10, 2));
      create view large_purchase as select * from purchase where total > 1000;
      create schema archive;
      create table archive.old_purchase (id int primary key, total numeric(10, 2));
      comment on table customer is 'Who buys';
      grant usage on schema archive to reader;
      grant select on all tables in schema public, archive to reader;`);
    return shop;
  }

  run(sql: string): Promise<void> {
    return query(this.url, sql);
  }

  /** The document of a connector that reads it; the password comes from the integrator's environment. */
  document(name: string, extra: object = {}): object {
    return {
      name,
      service: 'database-integrator',
      connector: 'postgresql',
      config: { url: `postgresql://reader@127.0.0.1:${this.port}/shop` },
      secrets: { password: { env: 'SHOP_PASSWORD' } },
      schedule: { every: '1h' },
      ...extra,
    };
  }
}

async function query(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
