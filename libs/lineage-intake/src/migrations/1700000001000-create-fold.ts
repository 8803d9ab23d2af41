import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is known of jobs, runs and datasets: the fold of the events up to the cursor of each stream. A row is to be
 * catalogued while its version is newer than the catalogued one. Keys are those of `@idaemon/open-lineage`, hashed where
 * they are too long for an index.
 */
export class CreateFold1700000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table fold_cursor (
        stream smallint primary key references stream,
        position bigint not null default 0,
        moved_at timestamptz not null default now()
      ) with (fillfactor = 10)`);
    await runner.query(`insert into fold_cursor (stream) select stream from stream`);

    for (const entity of ['job', 'run', 'dataset']) {
      await runner.query(`
        create table ${entity} (
          key text primary key,
          ${entity === 'run' ? 'job_key text not null, last_event_at timestamptz not null,' : ''}
          shard smallint not null,
          known jsonb not null,
          version bigint not null default 1,
          catalogued_version bigint not null default 0,
          changed_at timestamptz not null default now()
        ) with (fillfactor = 70)`);
      await runner.query(`
        create index ${entity}_to_catalogue on ${entity} (shard, changed_at, key) where version > catalogued_version`);
    }
    await runner.query(`create index run_by_job on run (job_key, last_event_at desc, key)`);
    await runner.query(`create index run_by_age on run (last_event_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table dataset, run, job, fold_cursor`);
  }
}
