import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.js';
import { TestSystem } from './test-system.js';

let system: TestSystem;
let daemon: string;

beforeAll(async () => {
  system = await TestSystem.start({ apps: ['daemon', 'omas-gateway', 'lineage-integrator'] });
  daemon = system.app('daemon').url;
});
afterAll(() => system.stop());

test('who knows only the daemon sends events there and reads what came of them as Marquez tells it', async () => {
  const dataset = (name: string) => ({ namespace: 'postgres://db:5432', name });
  const event = {
    eventTime: '2026-01-01T00:00:00Z',
    eventType: 'COMPLETE',
    run: { runId: randomUUID() },
    job: { namespace: 'e2e', name: 'load' },
    inputs: [dataset('shop.public.orders')],
    outputs: [dataset('shop.public.totals')],
  };
  await eventually('the event is taken', 30_000, async () => {
    const response = await fetch(`${daemon}/api/v1/lineage`, { method: 'POST', body: JSON.stringify(event) });
    return response.status === 201;
  });
  await eventually('its job and datasets are a graph', 30_000, async () => {
    const graph = await read<{ graph?: unknown[] }>('lineage?nodeId=job:e2e:load');
    return graph.graph?.length === 3;
  });
  expect(await read('events/lineage')).toMatchObject({ events: [event], totalCount: 1 });
  expect(await read('namespaces/e2e/jobs/load')).toMatchObject({ latestRun: { state: 'COMPLETED' } });
});

test('reading needs a token of the daemon', async () => {
  expect((await fetch(`${daemon}/api/v1/namespaces`)).status).toBe(401);
  expect((await fetch(`${system.app('lineage-integrator').url}/api/v1/namespaces`)).status).toBe(401);
});

async function read<Answer>(path: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${system.token}` };
  return (await fetch(`${daemon}/api/v1/${path}`, { headers })).json() as Promise<Answer>;
}
