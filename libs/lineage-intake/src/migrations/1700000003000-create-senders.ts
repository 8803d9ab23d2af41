import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The last list of sender keys that the daemon gave: with it, events are received while the daemon is away. */
export class CreateSenders1700000003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sender_key (
        id uuid primary key,
        name text not null,
        hash text not null unique,
        namespaces text[] not null,
        revoked_at timestamptz
      )`);
    await runner.query(`
      create table sender_key_revision (
        is_only boolean primary key default true check (is_only),
        revision bigint not null,
        read_at timestamptz not null default now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table sender_key_revision, sender_key`);
  }
}
