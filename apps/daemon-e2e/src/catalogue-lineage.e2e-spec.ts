import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Element } from '@idaemon/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countLineage, readEvents } from './count-lineage.mjs';
import { eventually } from './eventually.js';
import { query } from './lineage-history.js';
import { ShopDatabase } from './shop-database.js';
import { TestSystem } from './test-system.js';

const corpus = fileURLToPath(new URL('../../../libs/open-lineage/__fixtures__/corpus/', import.meta.url));
const files = readdirSync(corpus).map((file) => `${corpus}${file}`);

let system: TestSystem;
let shop: ShopDatabase;

beforeAll(async () => {
  system = await TestSystem.servers();
  shop = await ShopDatabase.make(system);
  for (const app of ['daemon', 'omas-gateway', 'lineage-integrator']) await system.startApp(app);
  await system.startApp('database-integrator', 'database-integrator', { SHOP_PASSWORD: shop.readerPassword });
  await system.ready();
  await system.declareGateway();
  await system.api.put('/api/connectors/lineage', {
    ...{ name: 'lineage', service: 'lineage-integrator', connector: 'open-lineage-cataloguer' },
    config: { runsPerJob: 100 },
  });
});
afterAll(() => system.stop());

async function send(...events: readonly object[]): Promise<void> {
  for (const event of events) {
    const response = await fetch(`${system.app('lineage-integrator').url}/api/v1/lineage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    expect(response.status, await response.text()).toBe(201);
  }
}

/** All that was sent is folded and catalogued. */
async function catalogued(): Promise<void> {
  await eventually('everything is catalogued', 30_000, async () => {
    const [row] = await query<{ waiting: number }>(
      system,
      `select (select count(*) from lineage.event e join lineage.fold_cursor c using (stream)
           where e.position > c.position)::int
         + (select count(*) from lineage.job where dirty_since is not null)::int
         + (select count(*) from lineage.run where dirty_since is not null)::int
         + (select count(*) from lineage.dataset where dirty_since is not null)::int as waiting`,
    );
    return row!.waiting === 0;
  });
}

const count = async (condition: string): Promise<number> => {
  const [row] = await query<{ count: number }>(
    system,
    `select count(*)::int as count from open_metadata.element e where not is_placeholder and ${condition}`,
  );
  return row!.count;
};

describe('what OpenLineage events tell', () => {
  const table = (name: string) => ({
    namespace: `postgres://127.0.0.1:${shop.port}`,
    name: `shop.public.${name}`,
  });
  const load = (name: string, input: string, output: string) => ({
    eventTime: new Date().toISOString(),
    ...{ eventType: 'COMPLETE', producer: 'https://example.org', schemaURL: 'https://example.org/RunEvent' },
    run: { runId: crypto.randomUUID() },
    job: { namespace: 'shop', name },
    inputs: [{ ...table(input), facets: { schema: { fields: [{ name: 'id', type: 'int' }] } } }],
    outputs: [
      {
        ...table(output),
        facets: {
          schema: { fields: [{ name: 'id', type: 'int' }] },
          columnLineage: { fields: { id: { inputFields: [{ ...table(input), field: 'id' }] } } },
        },
      },
    ],
  });
  const tables = () => system.api.elements({ type: 'RelationalTable' });
  const ofShop = (all: Element[]) =>
    all.filter(({ qualifiedName }) => qualifiedName.includes('/shop.public.'));

  it('is joined with what the database integrator reads, whichever came first', async () => {
    await send(load('before', 'customer', 'purchase'));
    await catalogued();
    const heard = ofShop(await tables());
    expect(heard.map(({ displayName, isTentative }) => [displayName, isTentative])).toEqual([
      ['customer', true],
      ['purchase', true],
    ]);
    await system.api.put('/api/connectors/shop', shop.document('shop'));
    await system.api.caughtUp('shop');
    await send(load('after', 'purchase', 'large_purchase'));
    await catalogued();
    const all = ofShop(await tables());
    expect(all.map(({ displayName }) => displayName).sort()).toEqual([
      'customer',
      'large_purchase',
      'purchase',
    ]);
    expect(new Set(all.map(({ source }) => source))).toEqual(new Set(['shop']));
    expect(all.some(({ isTentative }) => isTentative)).toBe(false);
    const guids = new Map(all.map(({ displayName, guid }) => [displayName, guid]));
    expect(heard.map(({ displayName, guid }) => guids.get(displayName) === guid)).toEqual([true, true]);
    const rows = await query<{ flow: string }>(
      system,
      `select a.display_name || '.' || a.type || ' → ' || b.type as flow from open_metadata.relationship r
       join open_metadata.element a on a.id = r.end1_id join open_metadata.element b on b.id = r.end2_id
       where r.type = 'DataFlow' and a.qualified_name like '%/shop.public.customer%' order by 1`,
    );
    expect(rows.map(({ flow }) => flow)).toEqual([
      'customer.RelationalTable → DeployedSoftwareComponent',
      'id.RelationalColumn → RelationalColumn',
    ]);
    expect(await count(`is_tentative and qualified_name like '%/shop.%'`)).toBe(0);
  });

  it('is catalogued whole: as many jobs, runs, datasets, columns and links of columns as another way of counting finds', async () => {
    await system.api.put('/api/connectors/shop', { ...shop.document('shop'), initialState: 'stopped' });
    const before = await counts();
    const events = readEvents(files);
    await send(...events.map(({ at: _at, ...event }) => event));
    await catalogued();
    const after = await counts();
    const added = Object.fromEntries(
      Object.entries(after).map(([name, of]) => [name, of - before[name as keyof typeof before]]),
    );
    expect(added).toEqual(countLineage(events));
    expect((await system.api.get<{ total: number }>('/api/dead-letters')).total).toBe(0);
  });

  it('is unchanged by a refresh', async () => {
    expect(await system.api.run('lineage', 'refresh')).toMatchObject({
      outcome: 'succeeded',
      counts: { created: 0, updated: 0, removed: 0, failed: 0 },
    });
  });

  async function counts() {
    const columns = `type in ('RelationalColumn', 'TabularFileColumn', 'TabularColumn', 'EventSchemaAttribute')`;
    const processes = `type in ('DeployedSoftwareComponent', 'TransientEmbeddedProcess')`;
    const [links] = await query<{ count: number }>(
      system,
      `select count(*)::int as count from open_metadata.relationship
       where type = 'DataFlow' and properties->>'qualifiedName' is not null`,
    );
    return {
      jobs: await count(`type = 'DeployedSoftwareComponent'`),
      runs: await count(`type = 'TransientEmbeddedProcess'`),
      datasets: await count(
        `is_tentative and not ${columns} and not ${processes} and type not in ('TabularSchemaType', 'EventType')`,
      ),
      columns: await count(`is_tentative and ${columns}`),
      columnLinks: links!.count,
    };
  }
});
