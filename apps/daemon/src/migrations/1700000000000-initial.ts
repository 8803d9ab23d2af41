import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people wrote: documents with their revisions, wanted states, groups, tokens and the audit. */
const configuration = [
  `create table gateway_document (
    name text primary key,
    revision integer not null,
    document jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    updated_by text not null
  )`,
  // Every installation has the gateway that documents name when they name none.
  `insert into gateway_document (name, revision, document, updated_by) values ('default', 1,
    '{"kind":"gateway","name":"default","backend":"embedded","schema":"open_metadata"}', 'idaemon')`,
  `create table connector (
    name text primary key,
    service text not null,
    definition text not null,
    gateway text not null references gateway_document (name),
    revision integer not null,
    document jsonb not null,
    wanted_state text not null check (wanted_state in ('running', 'paused', 'stopped')),
    wanted_since timestamptz not null default now(),
    restarts integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    updated_by text not null
  )`,
  `create index connector_by_service on connector (service, name)`,
  `create index connector_by_gateway on connector (gateway)`,
  // Outlives the connector, so that revisions only grow when a name is used again.
  `create table document_revision (
    kind text not null check (kind in ('connector', 'gateway')),
    name text not null,
    revision integer not null,
    change text not null check (change in ('created', 'updated', 'deleted')),
    document jsonb not null,
    created_at timestamptz not null default now(),
    created_by text not null,
    primary key (kind, name, revision)
  )`,
  `create index document_revision_by_time on document_revision (created_at)`,
  `insert into document_revision (kind, name, revision, change, document, created_by)
    select 'gateway', name, revision, 'created', document, updated_by from gateway_document`,
  // A deleted connector until its owner has let go and its gateway has tidied up; the name is taken so long.
  `create table connector_removal (
    name text primary key,
    gateway text not null,
    elements text not null check (elements in ('keep', 'remove')),
    requested_at timestamptz not null default now(),
    requested_by text not null,
    attempts integer not null default 0,
    next_try_at timestamptz not null default now(),
    error jsonb
  )`,
  `create table connector_group (
    name text primary key,
    description text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    updated_by text not null
  )`,
  `create table connector_group_member (
    group_name text not null references connector_group (name) on delete cascade,
    connector text not null references connector (name) on delete cascade,
    primary key (group_name, connector)
  )`,
  `create index connector_group_member_by_connector on connector_group_member (connector)`,
  `create table token (
    id uuid primary key,
    name text not null unique,
    role text not null check (role in ('viewer', 'operator', 'administrator')),
    hash bytea not null unique,
    created_at timestamptz not null default now(),
    created_by text not null,
    expires_at timestamptz
  )`,
  `create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    who text not null,
    action text not null,
    kind text not null,
    name text not null,
    revision integer,
    detail jsonb not null default '{}'
  )`,
  `create index audit_by_thing on audit (kind, name, id)`,
  `create index audit_by_time on audit (at)`,
];

/** What is: instances with their definitions, ownership, observed status, runs and the leader. */
const operation = [
  // Kept when the last instance that hosts it has gone: documents are checked by the newest one seen.
  `create table definition (
    hash text primary key,
    service text not null,
    name text not null,
    version text not null,
    document jsonb not null,
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now()
  )`,
  `create index definition_by_name on definition (service, name, last_seen_at)`,
  `create table instance (
    id text primary key,
    service text not null,
    version text not null,
    address text not null,
    started_at timestamptz not null,
    registered_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    lease_ms integer not null,
    is_draining boolean not null default false,
    assignments_version bigint not null default 0
  )`,
  `create index instance_by_service on instance (service)`,
  `create table instance_definition (
    instance_id text not null references instance (id) on delete cascade,
    name text not null,
    hash text not null references definition (hash),
    primary key (instance_id, name)
  )`,
  `create index instance_definition_by_hash on instance_definition (hash)`,
  `create table log_level (
    instance_id text primary key references instance (id) on delete cascade,
    level text not null,
    changed_at timestamptz not null default now(),
    changed_by text not null
  )`,
  // A row stays when nobody owns the shard: its epoch only grows. A taken back shard (revoked_at) goes to
  // next_instance_id once its owner has released it or its lease has ended.
  `create table ownership (
    connector text not null,
    shard integer not null default 0,
    epoch bigint not null,
    instance_id text,
    assigned_at timestamptz,
    revoked_at timestamptz,
    next_instance_id text,
    primary key (connector, shard)
  )`,
  `create index ownership_by_instance on ownership (instance_id)`,
  `create table connector_status (
    connector text not null,
    shard integer not null default 0,
    epoch bigint,
    instance_id text,
    state text not null,
    since timestamptz not null,
    current_run jsonb,
    last_run jsonb,
    next_refresh_at timestamptz,
    next_try_at timestamptz,
    error jsonb,
    reported_at timestamptz not null default now(),
    primary key (connector, shard)
  )`,
  `create table run (
    id uuid primary key,
    connector text not null,
    shard integer not null default 0,
    epoch bigint,
    instance_id text,
    mode text not null check (mode in ('refresh', 'plan')),
    trigger text not null,
    state text not null check (state in ('requested', 'running', 'ended')),
    outcome text,
    created_at timestamptz not null default now(),
    requested_at timestamptz,
    requested_by text,
    started_at timestamptz,
    ended_at timestamptz,
    counts jsonb not null default '{"created":0,"updated":0,"removed":0,"unchanged":0,"failed":0}',
    held_removals integer not null default 0,
    unread jsonb not null default '[]',
    unread_count integer not null default 0,
    approves uuid,
    gateway text,
    error jsonb
  )`,
  `create index run_by_connector on run (connector, created_at desc, id)`,
  `create index run_under_way on run (connector, shard, created_at) where state <> 'ended'`,
  `create index run_by_end on run (ended_at) where state = 'ended'`,
  `create table leader_lease (
    name text primary key,
    holder text not null,
    term bigint not null,
    acquired_at timestamptz not null,
    lease_until timestamptz not null
  )`,
];

export class Initial1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...configuration, ...operation]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = [...configuration, ...operation].flatMap((s) => /^create table (\w+)/.exec(s)?.[1] ?? []);
    for (const table of tables.reverse()) await runner.query(`drop table ${table}`);
  }
}
