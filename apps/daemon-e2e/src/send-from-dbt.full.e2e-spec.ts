import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { installDbt } from '@idaemon/targets/open-lineage-clients';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { clientsFolder, LineageSystem, notesOf } from './lineage-system.js';

const dbt = await installDbt();
// These programs take their time to start.
vi.setConfig({ testTimeout: 10 * 60_000 });

let lineage: LineageSystem;
let project: string;

beforeAll(async () => {
  lineage = await LineageSystem.start();
  project = join(lineage.system.folder, 'client', 'dbt');
  // A copy: dbt writes into its project.
  await cp(join(clientsFolder, 'dbt'), project, { recursive: true });
});
afterAll(() => lineage?.stop());

/** `dbt-ol`, as a user would call it in the folder of the project. */
async function dbtOl(target: 'duckdb' | 'postgres', ...args: string[]) {
  const { password } = new URL(lineage.system.postgres.url());
  return lineage.run(
    join(dbt.bin, 'python'),
    [
      join(dbt.bin, 'dbt-ol'),
      ...args,
      '--target',
      target,
      '--project-dir',
      project,
      '--profiles-dir',
      project,
    ],
    {
      PATH: `${dbt.bin}:${process.env.PATH ?? ''}`,
      DUCKDB_FILE: join(project, 'purchases.duckdb'),
      SHOP_PORT: String(lineage.shop.port),
      SHOP_PASSWORD: decodeURIComponent(password),
      OPENLINEAGE_URL: lineage.receiver.url,
      OPENLINEAGE_API_KEY: lineage.key,
      OPENLINEAGE_NAMESPACE: `dbt-${target}`,
      DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
    },
  );
}

it('dbt-ol run on DuckDB: its models are jobs that make tables from tables', async () => {
  expect(await dbtOl('duckdb', 'seed')).toMatchObject({ isOk: true });
  const { isOk, output } = await dbtOl('duckdb', 'run');
  expect({ isOk, output }).toMatchObject({ isOk: true });
  await lineage.settled();
  const jobs = await lineage.jobs('dbt-duckdb');
  const ofModel = jobs.filter(({ displayName }) => displayName?.includes('purchase_total'));
  expect(ofModel).toHaveLength(1);
  expect(ofModel[0]!.properties.formula).toEqual(expect.stringContaining('sum(total)'));
  const tables = await lineage.system.api.elements({ type: 'RelationalTable', q: 'purchase_total' });
  const made = tables.filter((table) => notesOf(table).technology === 'DuckDB');
  expect(made).toMatchObject([{ properties: { description: 'What each customer has paid' } }]);
  const { names } = await lineage.downstream({ guid: made[0]!.guid });
  expect(names.filter((name) => name.endsWith('large_customer'))).not.toEqual([]);
});

it('dbt-ol build on PostgreSQL: from the catalogued table on, with the test that failed', async () => {
  const { isOk, output } = await dbtOl('postgres', 'build');
  // One test fails, as it shall.
  expect({ isOk, output }).toMatchObject({ isOk: false });
  expect(output).toContain('accepted_values');
  await lineage.settled();
  const { names, graph } = await lineage.downstream({
    locatorNamespace: lineage.store,
    locatorName: 'shop.public.customer',
  });
  const address = lineage.store.replace('postgres://', '');
  expect(names).toContain(`RelationalTable::${address}/shop.made.customer_name`);
  expect(graph.elements.find(({ displayName }) => displayName === 'customer')?.source).toBe('shop');
  const runs = await lineage.system.api.elements({ type: 'TransientEmbeddedProcess' });
  const ended = runs.map((run) => notesOf(run).state);
  expect(ended).toContain('FAIL');
  expect(
    runs.some((run) => Object.values(notesOf(run)).some((note) => String(note).includes('failed:'))),
  ).toBe(true);
});
