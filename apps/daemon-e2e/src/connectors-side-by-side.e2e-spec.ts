import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './eventually.js';
import { TestSystem } from './test-system.js';

const connectors = fileURLToPath(new URL('three-connectors.mjs', import.meta.url));
let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.start({ environment: { IDAEMON_CONNECTORS: connectors } });
});
afterAll(() => system.stop());

const put = (name: string, connector: string, config: object) =>
  system.api.put(`/api/connectors/${name}`, {
    ...{ name, service: 'files-integrator', connector, config, schedule: { every: '1h' } },
  });
const names = async (source: string) => {
  const elements = await system.api.elements({ type: 'DataFile', source });
  return elements.map(({ qualifiedName }) => qualifiedName).sort();
};
const numbered = (name: string, size: number) =>
  Array.from({ length: size }, (_, index) => `${name}:${index}`).sort();
const stateBecomes = (name: string, state: string) =>
  eventually(`${name} is ${state}`, 30_000, async () => {
    const status = await system.api.status(name);
    return status.state === state ? status : undefined;
  });

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

describe('connectors of one process', () => {
  it('are not touched by an error that one of them does not await', async () => {
    await put('shards', 'sharded', { size: 9 });
    await system.api.caughtUp('shards');
    const { owner } = await system.api.status('shards');
    const mended = join(system.folder, 'mended');
    for (const kind of ['rejection', 'timer', 'socket']) {
      await put(`careless-${kind}`, 'careless', { mended, kind });
    }
    for (const kind of ['rejection', 'timer', 'socket']) {
      const { error } = await stateBecomes(`careless-${kind}`, 'waiting');
      expect(error?.code).toBe(kind === 'socket' ? 'system-unavailable' : 'internal-error');
    }
    expect(await system.api.status('shards')).toMatchObject({ state: 'running', owner });
    await writeFile(mended, '');
    for (const kind of ['rejection', 'timer', 'socket']) await stateBecomes(`careless-${kind}`, 'running');
  });

  it('follow what others change, and go on after a restart where they were', async () => {
    const told = join(system.folder, 'told');
    await put('source', 'sharded', { size: 2 });
    await put('follower', 'following', { told, source: 'source' });
    const lines = async () => (await readFile(told, 'utf8')).trim().split('\n').sort();
    const isTold = (expected: string[]) =>
      eventually('what was changed', 30_000, async () => {
        const all = await lines();
        return expected.every((line) => all.includes(line)) ? all : undefined;
      });
    await isTold(['changed source:0', 'changed source:1']);
    await system.api.post('/api/connectors/follower/pause');
    await stateBecomes('follower', 'paused');
    await put('source', 'sharded', { size: 1 });
    await eventually('the removal', 30_000, async () => (await names('source')).length === 1);
    await system.api.post('/api/connectors/follower/resume');
    const all = await isTold(['removed source:1']);
    expect(all.filter((line) => line === 'changed source:0').length).toBeLessThanOrEqual(2);
  });
});

describe('a connector with three shards', () => {
  it('is spread over two instances, and one of them does all of it when the other dies', async () => {
    await system.startApp('files-integrator', 'files-integrator-2');
    await system.ready();
    await put('spread', 'sharded', { size: 30 });
    await eventually('all parts', 60_000, async () => (await names('spread')).length === 30);
    const loads = async () => {
      const path = '/api/services/files-integrator';
      const { instances } = await system.api.get<{ instances: { load: number }[] }>(path);
      return instances.map(({ load }) => load);
    };
    const before = await eventually('both instances have work', 30_000, async () => {
      const all = await loads();
      return all.length === 2 && Math.min(...all) > 0 ? all : undefined;
    });
    await system.app('files-integrator-2').killHard();
    await eventually('one instance has all work', 30_000, async () => {
      const all = await loads();
      return all.length === 1 && all[0] === sum(before);
    });
    await put('spread', 'sharded', { size: 36 });
    await eventually('all parts again', 60_000, async () => (await names('spread')).length === 36);
    expect(await names('spread')).toEqual(numbered('spread', 36));
  });
});
