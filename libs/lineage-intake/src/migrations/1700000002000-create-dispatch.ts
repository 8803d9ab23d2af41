import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who reads the log: a cursor per connector and stream, the events that wait for their next try, and those given up. */
export class CreateDispatch1700000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table subscription (
        connector text not null,
        stream smallint not null references stream,
        position bigint not null,
        epoch bigint not null,
        gap_at timestamptz,
        moved_at timestamptz not null default now(),
        primary key (connector, stream)
      ) with (fillfactor = 50)`);

    // The body is kept here, too: retention of the log takes no event that still waits.
    await runner.query(`
      create table parked (
        connector text not null,
        stream smallint not null,
        position bigint not null,
        ordering_key text not null,
        sender text not null,
        received_at timestamptz not null,
        body bytea not null,
        attempts integer not null default 0,
        next_try_at timestamptz not null default now(),
        reason text,
        parked_at timestamptz not null default now(),
        primary key (connector, stream, position)
      ) with (toast_tuple_target = 8160)`);
    await runner.query(
      `create index parked_by_key on parked (connector, md5(ordering_key), stream, position)`,
    );
    await runner.query(`create index parked_by_next_try on parked (connector, next_try_at)`);

    await runner.query(`
      create table dead_letter (
        id uuid primary key default gen_random_uuid(),
        kind text not null check (kind in ('fold', 'dispatch')),
        connector text,
        stream smallint not null,
        position bigint not null,
        event_id bytea not null,
        ordering_key text not null,
        sender text not null,
        received_at timestamptz not null,
        body bytea not null,
        reason jsonb not null,
        attempts integer not null default 1,
        created_at timestamptz not null default now()
      ) with (toast_tuple_target = 8160)`);
    await runner.query(`
      create unique index dead_letter_by_event on dead_letter (stream, position, coalesce(connector, ''))`);
    await runner.query(`create index dead_letter_by_time on dead_letter (created_at, id)`);
    await runner.query(`create index dead_letter_by_connector on dead_letter (connector, created_at, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table dead_letter, parked, subscription`);
  }
}
