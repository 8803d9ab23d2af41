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
        -- Of the bodies that are kept.
        bytes bigint not null default 0,
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
    await runner.query(appendEvents);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop function append_events`);
    await runner.query(`drop table event, stream`);
  }
}

/**
 * Appends a group of events, in the given order within each stream; answers how many were new. A function, so that each
 * connection plans its statements once: planning takes longer than a small group. Ids (32 bytes each) and bodies come in
 * one value each: arrays of bytes would travel as text. `streams` are those that have events here, ascending, with
 * how many and how large they are; `stream_of` is an index into them, `nth` counts within the stream from 1. All replicas lock streams in
 * ascending order.
 */
const appendEvents = `
  create function append_events(
    streams smallint[], counts integer[], bytes_of bigint[],
    stream_of integer[], nth integer[], ordering_keys text[], kinds text[], senders text[],
    starts integer[], sizes integer[], ids bytea, bodies bytea
  ) returns integer language plpgsql as $$
  declare
    bases bigint[];
    added integer;
  begin
    perform 1 from stream s where s.stream = any(streams) order by s.stream for update;
    with moved as (
      update stream s set position = s.position + c.events, bytes = s.bytes + c.bytes
        from unnest(streams, counts, bytes_of) as c(stream, events, bytes)
        where s.stream = c.stream
        returning s.stream, s.position - c.events as base
    )
    select array_agg(m.base order by m.stream) into bases from moved m;
    insert into event (stream, position, event_id, ordering_key, kind, sender, body)
      select streams[e.stream_of], bases[e.stream_of] + e.nth, substring(ids from e.n::integer * 32 - 31 for 32),
        e.ordering_key, e.kind, e.sender, substring(bodies from e.start + 1 for e.size)
      from unnest(stream_of, nth, ordering_keys, kinds, senders, starts, sizes) with ordinality
        as e(stream_of, nth, ordering_key, kind, sender, start, size, n)
      on conflict (stream, event_id) do nothing;
    get diagnostics added = row_count;
    if added < array_length(nth, 1) then
      update stream s set bytes = s.bytes - known.bytes
        from (
          select streams[e.stream_of] as stream, sum(e.size) as bytes
          from unnest(stream_of, nth, sizes) as e(stream_of, nth, size)
          where not exists (
            select from event
            where event.stream = streams[e.stream_of] and event.position = bases[e.stream_of] + e.nth)
          group by 1
        ) known
        where s.stream = known.stream;
    end if;
    return added;
  end $$`;
