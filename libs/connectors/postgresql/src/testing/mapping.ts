import { describe, expect, it } from 'vitest';
import { connected } from './connected.js';

/** What becomes what, on the PostgreSQL that `freshDatabase` uses. */
export function describeMapping(): void {
  describe('what is catalogued', () => {
    it('says what a column is: type, size, nullability, default, identity, generation, position', async () => {
      const { refresh, openMetadata, column } = await connected(`
        create type public.colour as enum ('red', 'blue');
        create table paint (
          id bigint generated always as identity,
          shade public.colour not null default 'red',
          name character varying(40) not null,
          price numeric(8,2) default 9.99,
          gross numeric generated always as (price * 1.2) stored,
          made_at timestamptz default now(),
          tags text[]
        );
        comment on column paint.name is 'As on the tin'`);
      await refresh();
      const written = (name: string) => openMetadata.written(column(`public.paint.${name}`));
      expect(written('id')).toMatchObject({
        type: 'RelationalColumn',
        properties: {
          displayName: 'id',
          position: 1,
          isNullable: false,
          minCardinality: 1,
          maxCardinality: 1,
          additionalProperties: { identity: 'always' },
        },
        classifications: {
          TypeEmbeddedAttribute: { schemaTypeName: 'PrimitiveSchemaType', dataType: 'bigint' },
        },
      });
      expect(written('shade')).toMatchObject({
        properties: { defaultValueOverride: "'red'::public.colour" },
        classifications: { TypeEmbeddedAttribute: { dataType: 'public.colour' } },
      });
      expect(written('name')?.properties).toMatchObject({
        description: 'As on the tin',
        length: 40,
        position: 3,
      });
      expect(written('price')?.properties).toMatchObject({
        significantDigits: 8,
        precision: '2',
        isNullable: true,
        minCardinality: 0,
        defaultValueOverride: '9.99',
      });
      expect(written('gross')).toMatchObject({
        properties: { additionalProperties: { generated: 'stored' } },
        classifications: { CalculatedValue: { formula: '(price * 1.2)', formulaType: 'SQL' } },
      });
      expect(written('gross')?.properties).not.toHaveProperty('defaultValueOverride');
      expect(written('made_at')?.properties).toMatchObject({ defaultValueOverride: 'now()' });
      expect(written('tags')?.classifications?.TypeEmbeddedAttribute).toMatchObject({ dataType: 'text[]' });
    });

    it('knows primary, unique and foreign keys, of several columns too', async () => {
      const { refresh, openMetadata, table, column } = await connected(`
        create table country (code text primary key, name text not null unique);
        create table region (
          country text references country, number integer, label text,
          constraint region_key primary key (country, number), constraint label_once unique (country, label)
        );
        create table town (
          id integer primary key, country text, region integer, former integer,
          foreign key (country, region) references region,
          constraint again foreign key (country) references country
        );
        create unique index lower_only on town (lower(country));
        create unique index some_only on town (former) where former > 0`);
      await refresh();
      const written = (name: string) => openMetadata.written(column(`public.${name}`));
      expect(written('region.country')?.classifications).toMatchObject({
        PrimaryKey: { name: 'region_key' },
      });
      expect(written('region.number')?.classifications).toMatchObject({ PrimaryKey: { name: 'region_key' } });
      expect(written('region.country')?.properties).not.toHaveProperty('allowsDuplicateValues');
      expect(written('country.name')?.properties.allowsDuplicateValues).toBe(false);
      expect(written('country.name')?.classifications).not.toHaveProperty('PrimaryKey');
      expect(written('town.former')?.properties).not.toHaveProperty('allowsDuplicateValues');
      expect(openMetadata.written(table('public.region'))?.properties.additionalProperties).toMatchObject({
        uniqueKeys: 'label_once (country, label)',
      });
      expect(foreignKeyOf(written('town.country'))).toEqual({
        type: 'ForeignKey',
        otherEnd: 1,
        other: { type: 'RelationalColumn', qualifiedName: column('public.region.country') },
        properties: { name: 'town_country_region_fkey' },
      });
      expect(foreignKeyOf(written('town.region'))?.other.qualifiedName).toBe(column('public.region.number'));
      expect(written('town.country')?.properties.additionalProperties).toEqual({
        furtherForeignKeys: 'again: public.country.code',
      });
    });

    it('tells tables, views, materialized views, foreign tables and partitions apart', async () => {
      const { refresh, openMetadata, table } = await connected(`
        create table base (id integer primary key, day date not null);
        comment on table base is 'The base';
        create table child (extra text) inherits (base);
        create unlogged table scratch (id integer);
        create view seen as select id from base where day > '2020-01-31';
        create materialized view stored as select count(*) as n from base;
        create extension file_fdw;
        create server files foreign data wrapper file_fdw;
        create foreign table passwd (line text) server files options (filename '/etc/passwd');
        create table parted (id integer, day date) partition by range (day);
        create table parted_1 partition of parted for values from ('2020-01-01') to ('2021-01-01')
          partition by hash (id);
        create table parted_1_1 partition of parted_1 for values with (modulus 1, remainder 0)`);
      await refresh();
      const of = (name: string) => {
        const { properties, classifications } = openMetadata.written(table(`public.${name}`)) ?? {};
        const {
          kind,
          owner: _owner,
          estimatedRows: _rows,
          ...more
        } = {
          ...(properties?.additionalProperties as Record<string, string>),
        };
        return { kind, more, formula: classifications?.CalculatedValue?.formula };
      };
      expect(of('base')).toEqual({ kind: 'table', more: {}, formula: undefined });
      expect(openMetadata.written(table('public.base'))).toMatchObject({
        type: 'RelationalTable',
        properties: { displayName: 'base', description: 'The base' },
        classifications: { TypeEmbeddedAttribute: { schemaTypeName: 'RelationalTableType' } },
      });
      expect(of('child')).toMatchObject({ kind: 'table', more: { inherits: 'public.base' } });
      expect(of('scratch')).toMatchObject({ kind: 'table', more: { persistence: 'unlogged' } });
      expect(of('seen')).toMatchObject({
        kind: 'view',
        formula: expect.stringMatching(/^SELECT [^]*FROM public\.base[^]*'2020-01-31'::date/) as string,
      });
      expect(of('stored')).toMatchObject({ kind: 'materialized view' });
      expect(of('stored').formula).toContain('count(*)');
      expect(of('passwd')).toMatchObject({ kind: 'foreign table', more: { foreignServer: 'files' } });
      expect(of('parted')).toMatchObject({
        kind: 'partitioned table',
        more: { partitionKey: 'RANGE (day)' },
      });
      expect(of('parted_1')).toMatchObject({
        kind: 'partitioned table',
        more: {
          partitionKey: 'HASH (id)',
          partitionOf: 'public.parted',
          partitionBound: "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
        },
      });
      expect(of('parted_1_1')).toMatchObject({ kind: 'partition', more: { partitionOf: 'public.parted_1' } });
    });

    it('refers to a partitioned table as a whole, from each partition', async () => {
      const { refresh, openMetadata, column } = await connected(`
        create table target (id integer primary key) partition by range (id);
        create table target_1 partition of target for values from (0) to (10);
        create table source (id integer, target integer references target) partition by range (id);
        create table source_1 partition of source for values from (0) to (10)`);
      await refresh();
      for (const name of ['source', 'source_1']) {
        const write = openMetadata.written(column(`public.${name}.target`));
        expect(foreignKeyOf(write)?.other.qualifiedName).toBe(column('public.target.id'));
        expect(write?.properties).not.toHaveProperty('additionalProperties');
      }
    });

    it('describes database and schema, with locators as OpenLineage names them', async () => {
      const { refresh, openMetadata, database, schema, table } = await connected(`
        create schema sales;
        comment on schema sales is 'What is sold';
        create table sales.orders ()`);
      await database.run(`comment on database ${database.name} is 'The shop'`);
      await refresh();
      const { address, name } = database;
      const namespace = `postgres://${address}`;
      const [version] = await database.rows(`select current_setting('server_version_num') as number`);
      expect(openMetadata.written(`DatabaseManager::${address}`)?.properties).toMatchObject({
        capabilityVersion: expect.stringMatching(`^${(Number(version?.number) / 10_000) | 0}\\.`) as string,
      });
      expect(openMetadata.written(`RelationalDatabase::${address}/${name}`)).toMatchObject({
        type: 'RelationalDatabase',
        locators: [{ namespace, name }],
        properties: { name, description: 'The shop', instance: address },
        classifications: { DataStoreEncoding: { encoding: 'UTF8' } },
      });
      expect(openMetadata.written(schema('sales'))).toMatchObject({
        type: 'DeployedDatabaseSchema',
        locators: [{ namespace, name: `${name}.sales` }],
        properties: { name: 'sales', description: 'What is sold' },
      });
      expect(openMetadata.written(table('sales.orders'))?.locators).toEqual([
        { namespace, name: `${name}.sales.orders` },
      ]);
    });

    it('leaves out what belongs to extensions, to the system and to sessions', async () => {
      const { refresh, openMetadata, database } = await connected(`
        create schema tools;
        create extension pg_buffercache schema tools;
        create table tools.own (id integer)`);
      await database.run('create temporary table passing (id integer)');
      await refresh();
      expect(openMetadata.names('tables').map((name) => name.split('.').at(-1))).toEqual(['own']);
      expect(openMetadata.names('databaseSchemas').map((name) => name.split('.').at(-1))).toEqual([
        'public',
        'tools',
      ]);
    });

    it('takes any name', async () => {
      const { refresh, openMetadata } = await connected(`
        create schema "a.b";
        create table "a.b".c ("d.e" integer, "Ünï ""quoted"" 🎈" integer, "x/y" integer);
        create schema a;
        create table a."b.c" (" " integer)`);
      const report = await refresh();
      expect(report.refused).toEqual([]);
      expect(openMetadata.names('tables').map((name) => name.replace(/^[^/]*\/\w+\./, ''))).toEqual([
        '"a.b".c',
        'a."b.c"',
      ]);
      expect(openMetadata.names('columns')).toHaveLength(4);
    });
  });
}

type Written = ReturnType<Awaited<ReturnType<typeof connected>>['openMetadata']['written']>;

function foreignKeyOf(write: Written) {
  return write?.relationships?.find(({ type }) => type === 'ForeignKey');
}
