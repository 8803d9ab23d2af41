import { spawn, type ChildProcess } from 'node:child_process';
import { access, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writePrivateJson } from './private-files.mjs';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.mjs';
import { removeAbandonedHomes, temporaryHome } from './temporary-homes.mjs';

let folder: string;
let home: string;
let child: ChildProcess;
let app: ProcessIdentity;

/** A home in a folder of its own, so that no other test run is touched, with an app that runs. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homes-'));
  const made = await temporaryHome();
  home = join(folder, basename(made));
  await rename(made, home);
  child = spawn('sleep', ['60'], { detached: true });
  const found = await identityOf(child.pid ?? 0);
  if (!found) throw new Error('The process did not start.');
  app = found;
  await writePrivateJson(join(home, 'processes.json'), { daemon: app });
});
afterEach(async () => {
  child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

test('a home whose owner lives is left alone', async () => {
  await removeAbandonedHomes(folder);
  expect(await isAlive(app)).toBe(true);
  await access(home);
});

test('a home whose owner was killed is removed, and what ran in it ends', async () => {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await writePrivateJson(join(home, 'owner.json'), {
    ...(await identityOf(process.pid)),
    startedAt: 'long ago',
  });
  await removeAbandonedHomes(folder);
  await ended;
  await expect(access(home)).rejects.toThrow('ENOENT');
});
