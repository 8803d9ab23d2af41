import { join } from 'node:path';
import { installSpark } from '@idaemon/targets/open-lineage-clients';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { clientsFolder, LineageSystem, notesOf } from './lineage-system.js';
import { query } from './lineage-history.js';

const spark = await installSpark();
// These programs take their time to start.
vi.setConfig({ testTimeout: 10 * 60_000 });

let lineage: LineageSystem;
let source: string;

beforeAll(async () => {
  lineage = await LineageSystem.start();
  source = await lineage.writeFile('purchases.csv', 'id,total\n1,10\n2,32\n');
});
afterAll(() => lineage?.stop());

const targetOf = (how: string) => join(lineage.system.folder, 'client', `made-${how}`);

async function submit(how: 'end' | 'fail' | 'vanish') {
  const settings = {
    'spark.extraListeners': 'io.openlineage.spark.agent.OpenLineageSparkListener',
    'spark.openlineage.transport.type': 'http',
    'spark.openlineage.transport.url': lineage.receiver.url,
    'spark.openlineage.transport.auth.type': 'api_key',
    'spark.openlineage.transport.auth.apiKey': lineage.key,
    'spark.openlineage.namespace': `spark-${how}`,
    'spark.openlineage.appName': 'purchases',
    'spark.ui.enabled': 'false',
    'spark.sql.shuffle.partitions': '1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.driver.host': '127.0.0.1',
  };
  const conf = Object.entries(settings).flatMap(([name, value]) => ['--conf', `${name}=${value}`]);
  const program = join(clientsFolder, 'spark', 'make_purchases.py');
  const args = [
    '--master',
    'local[1]',
    '--jars',
    spark.listener,
    ...conf,
    program,
    source,
    targetOf(how),
    how,
  ];
  const env = { PYSPARK_PYTHON: spark.python, PATH: `${spark.bin}:${process.env.PATH ?? ''}` };
  return lineage.run(join(spark.bin, 'spark-submit'), args, env);
}

it('csv to Parquet: from the file to the folder, column by column', async () => {
  const { isOk, output } = await submit('end');
  expect({ isOk, output }).toMatchObject({ isOk: true });
  await lineage.settled();
  expect(await lineage.jobs('spark-end')).not.toEqual([]);
  const { names } = await lineage.downstream({ locatorNamespace: 'file', locatorName: source });
  const made = names.filter((name) => name.endsWith('made-end') && !name.startsWith('OpenLineageJob::'));
  expect(made).toHaveLength(1);
  const columns = await lineage.system.api.elements({ type: 'SchemaAttribute', q: 'made-end' });
  expect(columns.map(({ displayName }) => displayName).sort()).toEqual(['double', 'id']);
  const total = await lineage.system.api.elements({ type: 'SchemaAttribute', q: 'purchases.csv' });
  const from = total.find(({ displayName }) => displayName === 'total');
  const ofColumn = await lineage.downstream({ guid: from!.guid });
  expect(ofColumn.graph.elements.map(({ displayName }) => displayName)).toContain('double');
});

it('a job that fails, and says after it that it is complete, stays failed', async () => {
  const { isOk, output } = await submit('fail');
  expect({ isOk, output }).toMatchObject({ isOk: true });
  await lineage.settled();
  const rows = await query<{ run: string; types: string[] }>(
    lineage.system,
    `select body->'run'->>'runId' as run, array_agg(body->>'eventType' order by stream, position) as types
     from (select stream, position, convert_from(body, 'UTF8')::jsonb as body from lineage.event) e
     where body->'job'->>'namespace' = 'spark-fail' group by 1`,
  );
  const failed = rows.filter(({ types }) => types.includes('FAIL'));
  expect(failed).not.toEqual([]);
  for (const { run } of failed) expect(await lineage.stateOf(run)).toBe('FAIL');
});

it('a run that never ends stays begun, and what it has told is there', async () => {
  await submit('vanish');
  await lineage.settled();
  const runs = await lineage.system.api.elements({ type: 'TransientEmbeddedProcess' });
  const known = await query<{ key: string }>(
    lineage.system,
    `select key from lineage.run where known->'job'->>'namespace' = 'spark-vanish' and known->>'endedAt' is null`,
  );
  expect(known).not.toEqual([]);
  for (const { key } of known) {
    const run = runs.find(({ qualifiedName }) => qualifiedName === `OpenLineageRun::${key}`);
    expect(['START', 'RUNNING']).toContain(notesOf(run!).state);
  }
});
