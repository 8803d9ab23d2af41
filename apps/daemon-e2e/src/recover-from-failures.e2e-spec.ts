import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './eventually.js';
import { LandingZone } from './landing-zone.js';
import { TestSystem } from './test-system.js';

/** The long form waits as long as the promise says; the short one long enough for leases and time-outs to pass. */
const isFull = Boolean(process.env.IDAEMON_TEST_FULL);
const outageMs = isFull ? 600_000 : 15_000;
const fileCount = 3_000;

let system: TestSystem;
let zone: LandingZone;

beforeAll(async () => {
  system = await TestSystem.start();
  zone = await LandingZone.make(system, 'landing', fileCount);
  await system.api.put('/api/connectors/landing', zone.document());
  await system.api.caughtUp('landing');
});
afterAll(() => system.stop());

/** Everything is there once, and the next refresh finds nothing to do. */
async function expectWhole(files: number): Promise<void> {
  const elements = await system.api.elements({ type: 'DataFile', source: 'landing' });
  const names = new Set(elements.map(({ qualifiedName }) => qualifiedName));
  expect(elements).toHaveLength(files);
  expect(names.size).toBe(files);
  const run = await eventually('a refresh', 60_000, () => system.api.run('landing', 'refresh'));
  expect(run).toMatchObject({ outcome: 'succeeded', counts: { created: 0, removed: 0, failed: 0 } });
}

/** Starts a refresh that has thousands of elements to write, and does not wait for it. */
async function beginLargeRefresh(prefix: string): Promise<string> {
  await system.api.post('/api/connectors/landing/pause');
  for (let file = 0; file < fileCount; file += 1) await zone.write(`${prefix}/file-${file}.log`, 'x');
  await system.api.post('/api/connectors/landing/resume');
  const { id } = await system.api.post<{ id: string }>('/api/connectors/landing/refresh');
  return id;
}

describe('a process that is killed', () => {
  it('daemon: the owner goes on, and the daemon takes up where it was', async () => {
    const { owner, epoch } = await system.api.status('landing');
    await system.app('daemon').killHard();
    await zone.write('while-the-daemon-was-away.log', 'x');
    await wait(3_000);
    await system.app('daemon').startAgain();
    await system.app('daemon').ready();
    const status = await eventually('the status', 20_000, async () => {
      const now = await system.api.status('landing');
      return now.state === 'running' ? now : undefined;
    });
    expect(status).toMatchObject({ owner, epoch });
    await expectWhole(fileCount + 1);
  });

  it('integrator: its connectors come back with it, and a refresh under way is done again', async () => {
    await beginLargeRefresh('integrator');
    await system.app('files-integrator').killHard();
    await system.app('files-integrator').startAgain();
    await eventually('all files', 60_000, async () => {
      const found = await system.api.elements({ type: 'DataFile', source: 'landing' });
      return found.length === 2 * fileCount + 1;
    });
    await expectWhole(2 * fileCount + 1);
    await rm(zone.file('integrator'), { recursive: true });
  });

  it('gateway: the refresh under way starts again and ends right', async () => {
    await system.api.run('landing', 'approve', { run: (await system.api.run('landing', 'refresh')).id });
    await beginLargeRefresh('gateway');
    await system.app('omas-gateway').killHard();
    await wait(2_000);
    await system.app('omas-gateway').startAgain();
    await system.app('omas-gateway').ready();
    await eventually('all files', 90_000, async () => {
      const found = await system.api.elements({ type: 'DataFile', source: 'landing' });
      return found.length === 2 * fileCount + 1;
    });
    await expectWhole(2 * fileCount + 1);
  });

  it('NATS: everything reconnects by itself', async () => {
    const nats = system.nats.process();
    process.kill(nats.identity.pid, 'SIGKILL');
    await nats.exited;
    await zone.write('while-nats-was-away.log', 'x');
    await system.nats.start();
    await eventually('the new file', 60_000, async () => {
      const found = await system.api.elements({ source: 'landing', q: 'while-nats-was-away' });
      return found.length === 1;
    });
    await expectWhole(2 * fileCount + 2);
  });

  it('Postgres: a restart in the middle of a refresh loses and doubles nothing', async () => {
    await beginLargeRefresh('postgres');
    await system.postgres.stop({ isImmediate: true });
    await wait(2_000);
    await system.postgres.start();
    await eventually('all files', 90_000, async () => {
      const found = await system.api.elements({ type: 'DataFile', source: 'landing' });
      return found.length === 3 * fileCount + 2;
    });
    await expectWhole(3 * fileCount + 2);
  });
});

describe('a long outage', () => {
  it(
    `of NATS (${outageMs / 1000} s) in the middle of a refresh: it finishes afterwards`,
    { timeout: outageMs + 240_000 },
    async () => {
      await beginLargeRefresh('outage');
      await system.nats.stop();
      await wait(outageMs);
      await system.nats.start();
      await eventually('all files', 120_000, async () => {
        const found = await system.api.elements({ type: 'DataFile', source: 'landing' });
        return found.length === 4 * fileCount + 2;
      });
      await expectWhole(4 * fileCount + 2);
    },
  );
});
