import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which document and start the next refresh was planned for: of another one it says nothing. */
export class PlannedFor1700000021000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table connector_status add planned_revision integer, add planned_restarts integer`,
    );
    // What was planned before this migration goes on.
    await runner.query(`update connector_status s set planned_revision = c.revision, planned_restarts = c.restarts
      from connector c where c.name = s.connector and s.reported_at >= c.updated_at`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table connector_status drop column planned_revision, drop column planned_restarts`,
    );
  }
}
