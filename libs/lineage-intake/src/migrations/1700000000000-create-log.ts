import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The log of received events: one stream per shard of the ordering key, read by position. Positions are given under the
 * lock of the stream's row, so that a reader who has seen one has seen all before it; they grow, with gaps.
 */
export class CreateLog1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table stream (
        stream smallint primary key,
        position bigint not null default 0,
        -- Up to here retention has removed the events.
        removed_to bigint not null default 0
      ) with (fillfactor = 10, autovacuum_vacuum_threshold = 500)`);
    await runner.query(`insert into stream (stream) select generate_series(0, 7)`);

    // Whole events of usual size stay in their row: compressing and cutting them up costs more than it saves.
    await runner.query(`
      create table event (
        stream smallint not null,
        position bigint not null,
        event_id bytea not null,
        ordering_key text not null,
        kind text not null check (kind in ('run', 'job', 'dataset')),
        sender text not null,
        received_at timestamptz not null default now(),
        body bytea not null,
        primary key (stream, position)
      ) with (toast_tuple_target = 8160, autovacuum_vacuum_insert_scale_factor = 0.5)`);
    await runner.query(`create unique index event_by_id on event (stream, event_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table event, stream`);
  }
}
