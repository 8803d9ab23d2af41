import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What Egeria's interface knows of things that are configured by it, and our documents have no place for. */
const statements = [
  `create table egeria_connector (
    connector text primary key references connector (name) on delete cascade,
    connector_name text not null unique,
    kept jsonb not null
  )`,
  `create table egeria_group (
    group_name text primary key references connector_group (name) on delete cascade,
    qualified_name text not null unique,
    kept jsonb not null
  )`,
  // The server itself ('server') and its integration services (their full names).
  `create table egeria_setting (
    name text primary key,
    kept jsonb not null
  )`,
];

export class Egeria1700000010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table egeria_setting, egeria_group, egeria_connector');
  }
}
