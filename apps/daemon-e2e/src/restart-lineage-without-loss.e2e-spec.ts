import { Agent, request } from 'node:http';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.js';
import { TestSystem, type AppProcess } from './test-system.js';

const name = 'lineage-integrator';
let system: TestSystem;
let receiver: AppProcess;

beforeAll(async () => {
  system = await TestSystem.servers();
  receiver = await system.startApp(name, name, {
    IDAEMON_SUPERVISE: '1',
    // Longer than a busy machine takes to start Postgres.
    IDAEMON_LINEAGE_WAIT: '15s',
  });
  await system.ready();
});

afterAll(() => system.stop());

test('an orderly restart of the worker under load fails no request', async () => {
  const before = await workers();
  const load = sendAllTheTime(receiver.url);
  await sleep(500);
  receiver.hangUp();
  await eventually('the worker has left', 60_000, async () => (await leavings()) === 1);
  await sleep(500);
  const outcomes = await load.stop();
  expect([...outcomes.keys()]).toEqual(['201']);
  expect(outcomes.get('201')).toBeGreaterThan(100);
  expect(await workers()).toHaveLength(before.length + 1);
});

test('a Postgres that is restarted under load fails no request', async () => {
  const load = sendAllTheTime(receiver.url);
  await sleep(500);
  await system.postgres.stop();
  await sleep(2_000);
  await system.postgres.start();
  await sleep(1_000);
  expect([...(await load.stop()).keys()]).toEqual(['201']);
});

test('a worker that is killed is replaced', async () => {
  const before = await workers();
  process.kill(before.at(-1)!, 'SIGKILL');
  await eventually('another worker is started', 30_000, async () => (await workers()).length > before.length);
  await eventually('events are received', 60_000, async () => (await sendOne(receiver.url)) === '201');
});

async function workers(): Promise<number[]> {
  const log = await system.logOf(name);
  return [...log.matchAll(/"worker":(\d+)[^\n]*A worker is started/g)].map(([, pid]) => Number(pid));
}

async function leavings(): Promise<number> {
  return [...(await system.logOf(name)).matchAll(/The worker has left/g)].length;
}

/** Sixteen senders that never send anything twice; how often each outcome was. */
function sendAllTheTime(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const outcomes = new Map<string, number>();
  let isOver = false;
  const senders = Array.from({ length: 16 }, async () => {
    while (!isOver) {
      const outcome = await sendOne(url, agent);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  });
  return {
    stop: async () => {
      isOver = true;
      await Promise.all(senders);
      agent.destroy();
      return outcomes;
    },
  };
}

/** The status, or the code of the error. */
function sendOne(url: string, agent?: Agent): Promise<string> {
  const event = {
    eventTime: new Date().toISOString(),
    run: { runId: randomUUID() },
    job: { namespace: 'e2e', name: 'restart' },
  };
  return new Promise((resolve) => {
    const sending = request(`${url}/api/v1/lineage`, { method: 'POST', ...(agent ? { agent } : {}) });
    sending.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sending.on('response', (response) => {
      response.resume().on('end', () => resolve(String(response.statusCode)));
    });
    sending.end(JSON.stringify(event));
  });
}
