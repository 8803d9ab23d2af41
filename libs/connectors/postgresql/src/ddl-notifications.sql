-- Tells idaemon of changes to schemas, tables, views and their columns in the database in which this is run.
-- It may be run again. A superuser runs it, in each database that is catalogued. To remove it:
--
--   drop schema idaemon cascade;

create schema if not exists idaemon;
comment on schema idaemon is 'Event triggers that tell idaemon of changed tables';

create or replace function idaemon.tell_of_change() returns event_trigger
language plpgsql
set search_path to pg_catalog
as $$
begin
  if tg_event = 'sql_drop' then
    if not exists (select from pg_event_trigger_dropped_objects() where not is_temporary) then
      return;
    end if;
  elsif not exists (
    select from pg_event_trigger_ddl_commands()
    where schema_name is distinct from 'pg_temp'
      and command_tag not in ('GRANT', 'REVOKE', 'REFRESH MATERIALIZED VIEW')
  ) then
    return;
  end if;
  perform pg_notify('idaemon_ddl', '');
exception when others then
  -- Never in the way of the change itself: it is found by the next refresh.
  return;
end
$$;

do $$
begin
  if not exists (select from pg_event_trigger where evtname = 'idaemon_changed') then
    create event trigger idaemon_changed on ddl_command_end execute function idaemon.tell_of_change();
  end if;
  if not exists (select from pg_event_trigger where evtname = 'idaemon_dropped') then
    create event trigger idaemon_dropped on sql_drop execute function idaemon.tell_of_change();
  end if;
end
$$;
