import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `dirty_since` says that a row is to be catalogued, and for how long: it stays while more events come, so that a row
 * that changes often is neither written to an index each time nor overtaken for ever.
 */
export class FinishFoldAndDispatch1700000004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const entity of ['job', 'run', 'dataset']) {
      await runner.query(`
        alter table ${entity} add column dirty_since timestamptz default now()`);
      await runner.query(`drop index ${entity}_to_catalogue`);
      await runner.query(`
        create index ${entity}_to_catalogue on ${entity} (shard, dirty_since, key) where dirty_since is not null`);
    }
    // Times of events are kept as texts that compare as the instants do: Postgres knows neither their nanoseconds nor
    // all of their years. A job's current run is found by this index.
    await runner.query(`
      alter table run
        drop column last_event_at,
        add column last_event_time text collate "C" not null default '',
        add column is_complete boolean not null default false,
        add column has_datasets boolean not null default false`);
    await runner.query(`
      create index run_by_job on run (job_key, last_event_time desc, key desc) include (is_complete, has_datasets)`);
    // For retention. Of blocks, not of rows: hot rows need not be written to it each time.
    await runner.query(`create index run_by_change on run using brin (changed_at)`);
    // Which shards of entities are whose to catalogue.
    await runner.query(`
      create table cataloguer (
        shard smallint primary key,
        connector text not null,
        connector_shard smallint not null,
        epoch bigint not null,
        seen_at timestamptz not null default now()
      ) with (fillfactor = 50)`);
    // A subscription that retention has overtaken says how many events it missed. The shard tells whose the epoch is.
    await runner.query(`
      alter table subscription
        add column shard smallint not null default 0,
        add column gap_events bigint not null default 0`);
    // Events that are handed over once more, beside the cursor: from a position up to where the cursor was.
    await runner.query(`
      create table replay (
        id uuid not null default gen_random_uuid(),
        connector text not null,
        stream smallint not null references stream,
        position bigint not null,
        until bigint not null,
        match jsonb not null,
        requested_by text not null,
        requested_at timestamptz not null default now(),
        primary key (id, stream)
      )`);
    await runner.query(`create index replay_by_connector on replay (connector, stream, requested_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table replay, cataloguer`);
    await runner.query(`alter table subscription drop column shard, drop column gap_events`);
    await runner.query(`drop index run_by_job, run_by_change`);
    await runner.query(`
      alter table run drop column last_event_time, drop column is_complete, drop column has_datasets,
        add column last_event_at timestamptz not null default now()`);
    await runner.query(`create index run_by_job on run (job_key, last_event_at desc, key)`);
    await runner.query(`create index run_by_age on run (last_event_at)`);
    for (const entity of ['job', 'run', 'dataset']) {
      await runner.query(`drop index ${entity}_to_catalogue`);
      await runner.query(`alter table ${entity} drop column dirty_since`);
      await runner.query(`
        create index ${entity}_to_catalogue on ${entity} (shard, changed_at, key) where version > catalogued_version`);
    }
  }
}
