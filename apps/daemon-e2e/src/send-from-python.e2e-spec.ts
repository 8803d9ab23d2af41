import { installOldPythonClient, installPythonClient } from '@idaemon/targets/open-lineage-clients';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from './eventually.js';
import { clientsFolder, LineageSystem } from './lineage-system.js';

const isFull = process.env.IDAEMON_TEST_FULL === '1';
/** Otherwise a slow network would be most of the test. */
const timeoutMs = isFull ? 15 * 60_000 : 60_000;

/** Where they cannot be had, their part is not tried; the reason is told. */
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
const client = await installPythonClient({ timeoutMs }).catch(reasonOf);
const oldClient = await installOldPythonClient({ timeoutMs }).catch(reasonOf);

let lineage: LineageSystem;

beforeAll(async () => {
  if (typeof client !== 'string' || typeof oldClient !== 'string') lineage = await LineageSystem.start();
});
afterAll(() => lineage?.stop());

/** Sends start and end of a run that copies the database's purchases; resolves with its id. */
async function send(job: string, transport: object, env: NodeJS.ProcessEnv = {}) {
  const config = await lineage.writeFile(`${job}.yml`, { transport });
  const python = typeof client === 'string' ? 'python3' : client.python;
  const args = [`${clientsFolder}emit.py`, job, lineage.store, 'shop.public.purchase', `shop.made.${job}`];
  return lineage.run(python, args, { OPENLINEAGE_CONFIG: config, ...env });
}

const http = (more: object = {}) => ({
  type: 'http',
  url: lineage.receiver.url,
  auth: { type: 'api_key', apiKey: lineage.key },
  ...more,
});

const transports: [string, () => object][] = [
  ['http', () => http()],
  ['gzip', () => http({ compression: 'gzip' })],
  ['async_http', () => http({ type: 'async_http' })],
];

describe("OpenLineage's Python client", () => {
  beforeEach((context) => {
    if (typeof client === 'string') context.skip(client);
  });

  it.each(transports)(
    'by %s: its run is catalogued with the database that it reads',
    async (job, transport) => {
      const { isOk, output, lastLine: runId } = await send(job, transport());
      expect({ isOk, output }).toMatchObject({ isOk: true });
      await lineage.settled();
      expect(await lineage.eventTypesOf(runId)).toEqual(['START', 'COMPLETE']);
      expect(await lineage.stateOf(runId)).toBe('COMPLETE');
      const { formula } = (
        await lineage.element('DeployedSoftwareComponent', `OpenLineageJob::python::${job}`)
      ).properties;
      expect(formula).toBe(`insert into shop.made.${job} select * from shop.public.purchase`);

      // From the table that the database integrator owns, to the one that nobody else knows.
      const address = lineage.store.replace('postgres://', '');
      const table = { locatorNamespace: lineage.store, locatorName: 'shop.public.purchase' };
      const ofTable = await lineage.downstream(table);
      expect(ofTable.names).toEqual(
        expect.arrayContaining([
          `OpenLineageJob::python::${job}`,
          `RelationalTable::${address}/shop.made.${job}`,
        ]),
      );
      const purchases = await lineage.system.api.elements({ type: 'RelationalTable', q: 'purchase' });
      expect(purchases.filter(({ displayName }) => displayName === 'purchase')).toMatchObject([
        { source: 'shop' },
      ]);
      const [id] = await lineage.system.api.elements({
        type: 'RelationalColumn',
        locatorNamespace: lineage.store,
        locatorName: 'shop.public.purchase.id',
      });
      const columns = await lineage.system.api.elements({ type: 'RelationalColumn', source: 'shop' });
      const own = id ?? columns.find(({ qualifiedName }) => qualifiedName.endsWith('public.purchase.id'));
      expect((await lineage.downstream({ guid: own!.guid })).names).toContain(
        `RelationalColumn::${address}/shop.made.${job}.copied_id`,
      );
    },
  );

  it('with a key that nobody made: is refused, and told so', async () => {
    const auth = { type: 'api_key', apiKey: 'lineage_unknown' };
    const { isOk, output, lastLine: runId } = await send('stranger', http({ auth }));
    expect(isOk).toBe(false);
    expect(output).toContain('401');
    expect(await lineage.eventTypesOf(runId)).toEqual([]);
  });

  it('that sends everything twice: each event is kept once', async () => {
    const { lastLine: runId } = await send(
      'composite',
      { type: 'composite', transports: { first: http(), second: http() } },
      { OPENLINEAGE_URL: lineage.receiver.url, OPENLINEAGE_API_KEY: lineage.key },
    );
    expect(await lineage.eventTypesOf(runId)).toEqual(['START', 'COMPLETE']);
  });

  it('that does not wait for an answer: its six copies are one event', async () => {
    const before = await duplicates();
    const blocker = new pg.Client({ connectionString: lineage.system.postgres.url() });
    await blocker.connect();
    await blocker.query('begin; lock table lineage.stream in access exclusive mode');
    const { isOk, lastLine: runId } = await send('impatient', http({ timeout: 1, retry: { total: 5 } }));
    expect(isOk).toBe(false);
    await blocker.end();
    await eventually('both events', 30_000, async () => (await lineage.eventTypesOf(runId)).length === 2);
    await lineage.settled();
    expect((await lineage.eventTypesOf(runId)).sort()).toEqual(['COMPLETE', 'START']);
    expect(await lineage.stateOf(runId)).toBe('COMPLETE');
    expect(await duplicates()).toBeGreaterThan(before);
  });
});

describe('the Python client of the first specification', () => {
  it('is understood', async (context) => {
    if (typeof oldClient === 'string') return context.skip(oldClient);
    const args = [
      `${clientsFolder}emit_old.py`,
      'old',
      lineage.store,
      'shop.public.purchase',
      'shop.made.old',
    ];
    const { isOk, output, lastLine } = await lineage.run(oldClient.python, args, {
      OPENLINEAGE_URL: lineage.receiver.url,
      OPENLINEAGE_API_KEY: lineage.key,
    });
    expect({ isOk, output }).toMatchObject({ isOk: true });
    await lineage.settled();
    expect(await lineage.stateOf(lastLine)).toBe('COMPLETE');
    const columns = await lineage.system.api.elements({ type: 'RelationalColumn', q: 'made.old.id' });
    expect(columns).toHaveLength(1);
  });
});

async function duplicates(): Promise<number> {
  const metrics = await (await fetch(`${lineage.receiver.url}/metrics`)).text();
  return Number(/^idaemon_lineage_duplicates_total\S* (\d+)/m.exec(metrics)?.[1] ?? 0);
}
