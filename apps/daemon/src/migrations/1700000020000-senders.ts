import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who may send events to the lineage intake. The revision grows with each change: a list read in pages is one of them. */
export class Senders1700000020000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sender (
        id uuid primary key,
        name text not null,
        hash bytea not null unique,
        namespaces text[] not null default '{}',
        created_at timestamptz not null default now(),
        created_by text not null,
        revoked_at timestamptz
      )`);
    await runner.query(`create unique index sender_by_name on sender (name) where revoked_at is null`);
    await runner.query(`
      create table sender_revision (
        is_only boolean primary key default true check (is_only),
        revision bigint not null
      )`);
    await runner.query(`insert into sender_revision (revision) values (0)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table sender_revision, sender`);
  }
}
