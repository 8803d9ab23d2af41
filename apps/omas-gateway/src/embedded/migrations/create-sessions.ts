import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Claims, sessions and runs, and what they keep for a while. */
export class CreateSessions1763740800001 implements MigrationInterface {
  readonly name = 'CreateSessions1763740800001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`drop table ${table}`);
  }
}

const tables = [
  'claim',
  'connector_state',
  'sync_session',
  'recent_removal',
  'replaced_key',
  'sweep_candidate',
  'crowded_end',
  'released_element',
  'run_report',
  'run_difference',
];

const statements = [
  `create table claim (
    connector text not null,
    shard int not null,
    epoch bigint not null,
    instance_id text not null,
    claimed_at timestamptz not null,
    primary key (connector, shard)
  )`,
  `create table connector_state (
    connector text not null,
    shard int not null,
    key text not null,
    value jsonb not null,
    updated_at timestamptz not null,
    primary key (connector, shard, key)
  )`,
  // The newest session of a connector; only that one may commit.
  `create table sync_session (
    connector text not null,
    shard int not null,
    id uuid not null,
    run_id uuid not null,
    source_id int not null,
    begun_at timestamptz not null,
    primary key (connector, shard)
  )`,
  // Single removals of the last minutes: counted by the guard, not resurrected by a session that began before.
  `create table recent_removal (
    removed_at timestamptz not null,
    name_hash uuid not null,
    source_id int not null,
    connector text not null
  )`,
  'create index recent_removal_source on recent_removal (source_id, removed_at)',
  // Source keys that lost their element to another key within a session.
  `create unlogged table replaced_key (
    session uuid not null,
    key_hash uuid not null,
    element_id bigint not null,
    primary key (session, key_hash)
  )`,
  // What a session has not seen in the scopes that it read to their end. scope_id: the scope whose guard counts it.
  `create unlogged table sweep_candidate (
    session uuid not null,
    element_id bigint not null,
    scope_id int not null,
    is_approved boolean not null default false,
    is_held boolean not null default false,
    primary key (session, element_id)
  )`,
  // Relationships that make a second one where there may be one, unless the first goes until the commit.
  `create unlogged table crowded_end (
    session uuid not null,
    relationship_id bigint not null,
    primary key (session, relationship_id)
  )`,
  // Elements that lost a reference: a placeholder among them goes, in a transaction of its own, when it was the last.
  'create table released_element (element_id bigint not null)',
  `create table run_report (
    id uuid primary key,
    session uuid,
    reported_at timestamptz not null,
    collected_at timestamptz,
    connector text not null,
    report jsonb not null
  )`,
  'create unique index run_report_session on run_report (session) where session is not null',
  'create index run_report_waiting on run_report (reported_at) where collected_at is null',
  'create index run_report_age on run_report (reported_at)',
  // The differences that no other row tells: those of plans, and held removals.
  `create table run_difference (
    id bigint generated always as identity primary key,
    element_id bigint,
    at timestamptz not null,
    run_id uuid not null,
    guid uuid,
    change text not null,
    type text not null,
    qualified_name text not null,
    detail text
  )`,
  'create index run_difference_run on run_difference (run_id, change, id)',
];
