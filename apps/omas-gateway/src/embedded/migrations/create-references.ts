import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How the declaring element named the other end: the hash of its name or of its locator, as in their tables; null for
 * a GUID and for single relationships. What was named follows the name, what was pointed at stays.
 */
export class CreateReferences1763740800003 implements MigrationInterface {
  readonly name = 'CreateReferences1763740800003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table relationship add column via uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table relationship drop column via');
  }
}
