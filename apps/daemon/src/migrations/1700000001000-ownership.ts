import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What ownership needs beyond its first tables. */
export class Ownership1700000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Whoever leads calls nobody dead before it has listened for a whole lease.
    await runner.query(`alter table leader_lease add listening_since timestamptz not null`);
    // False until its definitions are known: it keeps what it has and is given nothing.
    await runner.query(`alter table instance
      add is_registered boolean not null default false, drop column assignments_version`);
    // When its last owner lost it or let it go; where it goes next is planned anew when it is free. An owner that was
    // called dead and reports again may have it back, one that released it may not.
    await runner.query(`alter table ownership
      add freed_at timestamptz, add is_released boolean not null default false, drop column next_instance_id`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table ownership
      drop column freed_at, drop column is_released, add next_instance_id text`);
    await runner.query(`alter table instance
      drop column is_registered, add assignments_version bigint not null default 0`);
    await runner.query(`alter table leader_lease drop column listening_since`);
  }
}
