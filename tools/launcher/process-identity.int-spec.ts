import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockHome } from './launcher-lock.mjs';
import { writePrivateJson } from './private-files.mjs';
import { identityOf, isAlive, signalProcess, type ProcessIdentity } from './process-identity.mjs';

let child: ChildProcess;
let identity: ProcessIdentity;
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'lock-'));
  child = spawn('sleep', ['60']);
  const found = await identityOf(child.pid ?? 0);
  if (!found) throw new Error('The process did not start.');
  identity = found;
});
afterEach(async () => {
  child.kill('SIGKILL');
  await rm(home, { recursive: true });
});

test('a signal reaches the recorded process', async () => {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  expect(await signalProcess(identity, 'SIGTERM')).toBe(true);
  await ended;
  expect(await isAlive(identity)).toBe(false);
});

test('a later process with the same number is left alone', async () => {
  const earlier = { ...identity, startedAt: 'long ago' };
  expect(await signalProcess(earlier, 'SIGKILL')).toBe(false);
  expect(await isAlive(identity)).toBe(true);
});

test('a home is locked while its launcher lives, and says who holds it', async () => {
  await writePrivateJson(join(home, 'launcher.json'), identity);
  await expect(lockHome(home)).rejects.toThrow(`process ${identity.pid} has already started a system`);
});

test('the lock of a killed launcher is taken over, and given back at the end', async () => {
  await writePrivateJson(join(home, 'launcher.json'), { ...identity, startedAt: 'long ago' });
  const unlock = await lockHome(home);
  await expect(lockHome(home)).rejects.toThrow(`process ${process.pid} has already started a system`);
  await unlock();
  await (
    await lockHome(home)
  )();
});
