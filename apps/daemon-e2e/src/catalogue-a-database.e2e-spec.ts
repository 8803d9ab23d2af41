import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Element, List, Relationship } from '@idaemon/contracts';
import { eventually } from './eventually.js';
import { ShopDatabase } from './shop-database.js';
import { TestSystem } from './test-system.js';

let system: TestSystem;
let shop: ShopDatabase;

beforeAll(async () => {
  system = await TestSystem.servers();
  shop = await ShopDatabase.make(system);
  await system.startApp('daemon');
  await system.startApp('omas-gateway');
  await system.startApp('database-integrator', 'database-integrator', {
    SHOP_PASSWORD: shop.readerPassword,
    WRONG_PASSWORD: 'wrong-but-also-a-secret',
  });
  await system.ready();
  await system.declareGateway();
  await system.api.put('/api/connectors/shop', shop.document('shop'));
  await system.api.caughtUp('shop');
});
afterAll(() => system.stop());

const named = (elements: Element[]) => elements.map(({ displayName }) => displayName).sort();
const tables = () => system.api.elements({ type: 'RelationalTable', source: 'shop' });
const columns = () => system.api.elements({ type: 'RelationalColumn', source: 'shop' });

describe('a database that is catalogued', () => {
  it('is there with its tables, views and columns', async () => {
    expect(named(await tables())).toEqual(['customer', 'large_purchase', 'old_purchase', 'purchase']);
    expect(await columns()).toHaveLength(11);
  });

  it('has its keys', async () => {
    const all = await columns();
    const foreign = all.find(
      ({ qualifiedName }) =>
        qualifiedName.endsWith('purchase.customer_id') && !qualifiedName.includes('large'),
    );
    const { items } = await system.api.get<List<Relationship>>(
      `/api/metadata/elements/${foreign?.guid}/relationships?type=ForeignKey`,
    );
    expect(items).toHaveLength(1);
    expect(items[0]?.end1.qualifiedName).toContain('customer.id');
    const keys = all.filter(({ classifications }) =>
      classifications.some(({ name }) => name === 'PrimaryKey'),
    );
    expect(keys).toHaveLength(3);
  });

  it('writes nothing when nothing has changed', async () => {
    expect(await system.api.run('shop', 'refresh')).toMatchObject({
      outcome: 'succeeded',
      counts: { created: 0, updated: 0, removed: 0, failed: 0 },
    });
  });

  it('shows a new table after a refresh, and loses a dropped column alone', async () => {
    await shop.run(
      'create table supplier (id int primary key); grant select on supplier to reader; alter table customer drop column email',
    );
    const run = await system.api.run('shop', 'refresh');
    expect(run.outcome).toBe('succeeded');
    expect(run.counts.removed).toBe(1);
    expect(named(await tables())).toContain('supplier');
    expect(named(await columns())).not.toContain('email');
  });

  it('keeps the GUID of a table that is renamed, and of its columns', async () => {
    const before = (await tables()).find(({ displayName }) => displayName === 'supplier');
    await shop.run('alter table supplier rename to vendor');
    await system.api.run('shop', 'refresh');
    const after = (await tables()).find(({ displayName }) => displayName === 'vendor');
    expect(after?.guid).toBe(before?.guid);
  });

  it('loses a dropped schema as a whole, and no more', async () => {
    await shop.run('drop schema archive cascade');
    const run = await system.api.run('shop', 'refresh');
    expect(run.outcome).toBe('succeeded');
    expect(named(await tables())).toEqual(['customer', 'large_purchase', 'purchase', 'vendor']);
  });
});

describe('a secret', () => {
  it('is nowhere but in the process that uses it, whatever goes wrong', async () => {
    await system.api.put(
      '/api/connectors/wrong',
      shop.document('wrong', { secrets: { password: { env: 'WRONG_PASSWORD' } } }),
    );
    const status = await eventually('the refusal', 30_000, async () => {
      const now = await system.api.status('wrong');
      return now.state === 'failed' ? now : undefined;
    });
    expect(status.error).toMatchObject({ code: 'not-authorized' });

    const inUrl = {
      ...shop.document('in-url'),
      config: { url: `postgresql://reader:${shop.readerPassword}@127.0.0.1:${shop.port}/shop` },
      secrets: {},
    };
    const refused = await system.api.call('PUT', '/api/connectors/in-url', inUrl);
    expect(refused.status).toBe(400);

    const places: Record<string, string> = {
      database: await everythingInTheDatabase(),
      answers: JSON.stringify([
        status,
        refused.body,
        await system.api.get('/api/connectors'),
        await system.api.get('/api/audit'),
        await system.api.get('/api/connectors/wrong/runs'),
      ]),
    };
    for (const app of ['daemon', 'omas-gateway', 'database-integrator']) {
      places[`log of ${app}`] = await system.logOf(app);
      places[`metrics of ${app}`] = await (await fetch(`${system.app(app).url}/metrics`)).text();
    }
    for (const [place, text] of Object.entries(places)) {
      for (const secret of [shop.readerPassword, 'wrong-but-also-a-secret', system.token]) {
        expect(text.includes(secret), `a secret in the ${place}`).toBe(false);
      }
    }
  });
});

/** Every row of every table of ours as text. */
async function everythingInTheDatabase(): Promise<string> {
  const client = new pg.Client({ connectionString: system.postgres.url() });
  await client.connect();
  try {
    const found = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('daemon', 'open_metadata')`,
    );
    expect(found.rows.length).toBeGreaterThan(10);
    const texts: string[] = [];
    for (const { name } of found.rows) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      texts.push(...rows.map(({ row }) => row));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}
