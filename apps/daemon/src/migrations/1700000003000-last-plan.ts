import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Plans are told apart from refreshes: what a plan came to says nothing of how a connector is. */
export class LastPlan1700000003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table connector_status add last_plan jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table connector_status drop column last_plan`);
  }
}
