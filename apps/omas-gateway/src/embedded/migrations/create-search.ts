import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What only readers need: text search beside the elements, indexes for lists, progress of who follows the feed. */
export class CreateSearch1763740800002 implements MigrationInterface {
  readonly name = 'CreateSearch1763740800002';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reverse) await runner.query(statement);
  }
}

const isLineage = `type in ('ControlFlow', 'DataContentForDataSet', 'DataFlow', 'DerivedSchemaTypeQueryTarget',
  'InformationSupplyChainLink', 'LineageMapping', 'ProcessCall', 'ProcessInput', 'ProcessOutput',
  'SchemaQueryImplementation')`;

const statements = [
  // Lists by type read a page in the order of ids from each subtype.
  'create index element_type on element (type, id)',
  'create index element_placeholder on element (type, id) where is_placeholder',
  // Of the types in lineage-relationships.ts: what flows through an element with a hundred thousand other relationships.
  `create index relationship_lineage1 on relationship (end1_id, type) where ${isLineage}`,
  `create index relationship_lineage2 on relationship (end2_id, type) where ${isLineage}`,
  'create index element_history_age on element_history using brin (valid_to)',
  // A text index on the elements themselves would cost a load more than all their other indexes together, and each
  // update of any property again. So it stands beside them, follows the feed, and readers look at what it lacks.
  // In lower case: comparing without case, character by character, takes ten times as long.
  `create table search_entry (
    element_id bigint primary key,
    name text not null,
    text text not null
  )`,
  'create index search_entry_name on search_entry (name text_pattern_ops)',
  // rebuilt_to: elements up to this id are there, while it is built anew; null when it is whole.
  `create table feed_progress (
    consumer text primary key,
    position bigint not null,
    rebuilt_to bigint
  )`,
  `insert into feed_progress (consumer, position, rebuilt_to)
   select consumer, position, 0 from feed_head, (values ('search'), ('history')) as consumers (consumer)`,
  // Without the extension, or the right to create it, searching reads all texts: right, only slower.
  `do $$
   declare found_in text;
   begin
     create extension if not exists pg_trgm with schema public;
     select quote_ident(nspname) into found_in
     from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pg_trgm';
     execute format('create index search_entry_text on search_entry using gin (text %s.gin_trgm_ops)', found_in);
   exception when others then
     raise warning 'Searching has no index: %', sqlerrm;
   end $$`,
];

const reverse = [
  'drop table feed_progress',
  'drop table search_entry',
  'drop index element_history_age',
  'drop index relationship_lineage2',
  'drop index relationship_lineage1',
  'drop index element_placeholder',
  'drop index element_type',
];
