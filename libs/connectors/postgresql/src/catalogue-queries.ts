/** What is asked of PostgreSQL's catalogue. Anybody who may connect may read it. PostgreSQL 12 and newer. */

export const serverQuery = `
  select version.number as "versionNumber", split_part(current_setting('server_version'), ' ', 1) as version,
    current_database() as database,
    case when has_function_privilege('pg_control_system()', 'execute')
      then (select system_identifier::text from pg_control_system()) end as "systemId"
  from (select current_setting('server_version_num')::int as number) as version`;

export const databasesQuery = `
  select oid, datname as name, pg_encoding_to_char(encoding) as encoding, datctype as "characterType",
    datcollate as collation, pg_get_userbyid(datdba) as owner,
    shobj_description(oid, 'pg_database') as description
  from pg_database
  where datallowconn and not datistemplate
  order by datname`;

/** Of extensions: what they made is theirs, described where they are. */
const ofExtension = (catalogue: string, oid: string) => `exists (
    select from pg_depend
    where classid = '${catalogue}'::regclass and objid = ${oid} and refclassid = 'pg_extension'::regclass
      and deptype = 'e')`;

export const schemasQuery = `
  select oid, nspname as name, pg_get_userbyid(nspowner) as owner, obj_description(oid, 'pg_namespace') as description
  from pg_namespace
  where nspname !~ '^pg_' and nspname <> 'information_schema' and not ${ofExtension('pg_namespace', 'oid')}
  order by oid`;

/**
 * One row for each table, view and the like in the schemas $1, with its columns and keys as JSON. It takes no locks,
 * waits for nobody, and needs no sorting, so that the first rows come at once however many there are.
 */
export const relationsQuery = `
  select c.oid, c.relnamespace as "schemaOid", c.relname as name, c.relkind as kind,
    c.relispartition as "isPartition", c.relpersistence = 'u' as "isUnlogged",
    c.reltuples as rows, pg_get_userbyid(c.relowner) as owner,
    (select description from pg_description
      where objoid = c.oid and classoid = 'pg_class'::regclass and objsubid = 0) as description,
    (select json_agg(json_build_array(n.nspname, p.relname) order by i.inhseqno)
      from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_namespace n on n.oid = p.relnamespace
      where i.inhrelid = c.oid) as parents,
    (select s.srvname from pg_foreign_table f join pg_foreign_server s on s.oid = f.ftserver
      where f.ftrelid = c.oid) as "foreignServer",
    (select json_agg(json_build_object(
        'number', a.attnum, 'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
        'isNullable', not a.attnotnull, 'identity', a.attidentity, 'generated', a.attgenerated,
        'description', d.description) order by a.attnum)
      from pg_attribute a
      left join pg_description d
        on d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    (select json_agg(json_build_object(
        'name', x.relname, 'isPrimary', i.indisprimary, 'columns', (i.indkey::int2[])[0:i.indnkeyatts - 1])
        order by x.oid)
      from pg_index i join pg_class x on x.oid = i.indexrelid
      where i.indrelid = c.oid and i.indisunique and i.indisvalid and not i.indisexclusion
        and i.indpred is null and i.indexprs is null) as keys,
    (select json_agg(json_build_object(
        'name', k.conname, 'columns', k.conkey, 'schema', n.nspname, 'table', t.relname,
        'targets', (select json_agg(a.attname order by place)
          from unnest(k.confkey) with ordinality as key (number, place)
          join pg_attribute a on a.attrelid = k.confrelid and a.attnum = key.number)) order by k.oid)
      from pg_constraint k
      join pg_class t on t.oid = k.confrelid
      join pg_namespace n on n.oid = t.relnamespace
      left join pg_constraint whole on whole.oid = k.conparentid
      where k.conrelid = c.oid and k.contype = 'f'
        -- A reference to a partitioned table has one more to each of its partitions.
        and whole.conrelid is distinct from k.conrelid
        and not ${ofExtension('pg_class', 't.oid')}) as "foreignKeys"
  from pg_class c
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace = any ($1) and not ${ofExtension('pg_class', 'c.oid')}
  order by c.oid`;

/**
 * What PostgreSQL has to make text of: for that it locks relations for the time of the transaction, waits for those that
 * are being changed, and fails for one that is dropped meanwhile.
 */
export const textsQuery = `
  select c.oid,
    case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as definition,
    case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as "partitionKey",
    case when c.relispartition then pg_get_expr(c.relpartbound, c.oid) end as "partitionBound",
    (select json_object_agg(d.adnum, pg_get_expr(d.adbin, d.adrelid))
      from pg_attrdef d where d.adrelid = c.oid) as expressions
  from pg_class c
  where c.oid = any ($1)`;
