import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Hearsay: elements whose thing another source may own. And single relationships of a group, whose `via` is the hash of
 * the group's name.
 */
export class CreateHearsay1763740800004 implements MigrationInterface {
  readonly name = 'CreateHearsay1763740800004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table element add column is_tentative boolean not null default false');
    // Found by a thing's owner, under the parent that both have; nearly empty where there is no hearsay.
    await runner.query('create index element_tentative on element (parent_id) where is_tentative');
    await runner.query(
      'create index relationship_group on relationship (via) where declared_end is null and via is not null',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index relationship_group, element_tentative');
    await runner.query('alter table element drop column is_tentative');
  }
}
