import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Watchdog } from './watchdog.js';

it('ends a process that does not beat any more', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
  const watchdog = new Watchdog({ app: 'files-integrator', limitMs: 300, beatMs: 100_000, pid: child.pid });
  watchdog.note('refresh of shop');
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  await watchdog.stop();
}, 130_000);

it('leaves one alone that beats', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
  const watchdog = new Watchdog({ app: 'files-integrator', limitMs: 1_000, beatMs: 20, pid: child.pid });
  await wait(1_500);
  expect(child.exitCode ?? child.signalCode).toBeNull();
  await watchdog.stop();
  child.kill();
});
