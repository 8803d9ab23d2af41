import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheFolder } from './folders.mjs';
import { pingNats } from './nats-ping.mjs';
import { startNatsServer, type NatsServer } from './nats-server.mjs';
import { signalProcess } from './process-identity.mjs';

let folder: string;
let running: NatsServer[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nats-'));
  running = [];
});
afterEach(async () => {
  for (const nats of running) await nats.stop();
  await rm(folder, { recursive: true });
});

async function start() {
  const nats = await startNatsServer({ folder, cacheFolder: cacheFolder(), preferredPort: 18_322 });
  running.push(nats);
  return nats;
}

test('its credentials stand in a file that only its owner can read', async () => {
  const nats = await start();
  expect(await pingNats(nats.url)).toBe('ok');
  expect(await pingNats(`nats://127.0.0.1:${nats.port}`)).toBe('refused');
  const configuration = join(folder, 'nats.conf');
  expect((await stat(configuration)).mode & 0o777).toBe(0o600);
  const { password } = new URL(nats.url);
  expect(await readFile(configuration, 'utf8')).toContain(password);
  expect(
    await readFile(`/proc/${nats.process().identity.pid}/cmdline`, 'utf8').catch(() => ''),
  ).not.toContain(password);
});

test('a server that a killed launcher left is adopted', async () => {
  const first = await start();
  const second = await start();
  expect(second.isAdopted).toBe(true);
  expect(second.url).toBe(first.url);
  await second.stop();
  expect(await pingNats(first.url)).toBe('silent');
});

test('after a crash it comes back on the same port with the same credentials', async () => {
  const nats = await start();
  await signalProcess(nats.process().identity, 'SIGKILL');
  await nats.process().exited;
  await nats.start();
  expect(await pingNats(nats.url)).toBe('ok');
});
