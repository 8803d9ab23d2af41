import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a run was last reported to be under way: one that is so no more was left by its owner. */
export class RunSeen1700000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table run add seen_at timestamptz`);
    await runner.query(`update run set seen_at = now() where state = 'running'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table run drop column seen_at`);
  }
}
