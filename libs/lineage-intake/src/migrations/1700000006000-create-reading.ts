import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * For those who read what is known. Namespaces are columns, not expressions on `known`: an index on an expression would
 * have to be written whenever a row changes. `job_use` says which jobs use a dataset; it follows the jobs a moment later.
 */
export class CreateReading1700000006000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const entity of ['job', 'dataset']) {
      await runner.query(`
        alter table ${entity} add column namespace text
          generated always as (left(known->>'namespace', 500)) stored`);
      await runner.query(`create index ${entity}_by_namespace on ${entity} (namespace, key)`);
    }
    await runner.query(`create index job_by_change on job using brin (changed_at)`);
    await runner.query(`
      create table job_use (
        job_key text not null,
        dataset_key text not null,
        is_output boolean not null,
        primary key (job_key, dataset_key, is_output)
      )`);
    await runner.query(`create index job_use_by_dataset on job_use (dataset_key, is_output, job_key)`);
    // The version of the job whose uses are there.
    await runner.query(`create table job_used (job_key text primary key, version bigint not null)`);
    await runner.query(`create table job_use_progress (changed_to timestamptz not null)`);
    await runner.query(`insert into job_use_progress values ('-infinity')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table job_use_progress, job_used, job_use`);
    await runner.query(`drop index job_by_change`);
    for (const entity of ['job', 'dataset']) {
      await runner.query(`alter table ${entity} drop column namespace`);
    }
  }
}
