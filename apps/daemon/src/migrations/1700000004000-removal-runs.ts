import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The removal of a deleted connector's elements is a run of its own. */
export class RemovalRuns1700000004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table run drop constraint run_mode_check,
      add constraint run_mode_check check (mode in ('refresh', 'plan', 'removal'))`);
    await runner.query(`alter table connector_removal add run_id uuid`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table connector_removal drop column run_id`);
    await runner.query(`delete from run where mode = 'removal'`);
    await runner.query(`alter table run drop constraint run_mode_check,
      add constraint run_mode_check check (mode in ('refresh', 'plan'))`);
  }
}
