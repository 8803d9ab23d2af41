import { appendFile, rename, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Element } from '@idaemon/contracts';
import { eventually } from './eventually.js';
import { LandingZone } from './landing-zone.js';
import { TestSystem } from './test-system.js';

let system: TestSystem;
let zone: LandingZone;

beforeAll(async () => {
  system = await TestSystem.start();
  zone = await LandingZone.make(system, 'landing', 200);
  await system.api.put('/api/connectors/landing', zone.document());
  await system.api.caughtUp('landing');
});
afterAll(() => system.stop());

const files = () => system.api.elements({ type: 'DataFile', source: 'landing' });
const fileAt = async (path: string): Promise<Element | undefined> =>
  (await files()).find(({ properties }) => properties.pathName === path);

describe('a folder that is catalogued', () => {
  it('is there with all of its files and folders', async () => {
    expect(await files()).toHaveLength(200);
    expect(await system.api.elements({ type: 'FileFolder', source: 'landing' })).toHaveLength(11);
  });

  it('writes nothing when nothing has changed', async () => {
    const run = await system.api.run('landing', 'refresh');
    expect(run).toMatchObject({
      outcome: 'succeeded',
      counts: { created: 0, updated: 0, removed: 0, failed: 0 },
    });
    expect(run.counts.unchanged).toBeGreaterThanOrEqual(211);
  });

  it('shows a new, a changed, a renamed and a deleted file within two seconds', async () => {
    await zone.write('part-0/new.csv', 'a,b\n1,2\n');
    const made = await eventually('the new file', 2_000, () => fileAt(zone.file('part-0/new.csv')));

    await appendFile(zone.file('part-0/new.csv'), '3,4\n');
    const changed = await eventually('the change', 2_000, async () => {
      const now = await fileAt(zone.file('part-0/new.csv'));
      return now && now.version > made.version ? now : undefined;
    });
    expect(changed.guid).toBe(made.guid);

    await rename(zone.file('part-0/new.csv'), zone.file('part-1/moved.csv'));
    const moved = await eventually('the rename', 2_000, () => fileAt(zone.file('part-1/moved.csv')));
    expect(moved.guid).toBe(made.guid);
    expect(await fileAt(zone.file('part-0/new.csv'))).toBeUndefined();

    await rm(zone.file('part-1/moved.csv'));
    await eventually('the removal', 2_000, async () => !(await fileAt(zone.file('part-1/moved.csv'))));
  });

  it('keeps the history of an element across a rename', async () => {
    const before = await fileAt(zone.file('part-2/file-2.log'));
    await rename(zone.file('part-2/file-2.log'), zone.file('part-2/second.log'));
    await eventually('the rename', 5_000, () => fileAt(zone.file('part-2/second.log')));
    const history = await system.api.get<{ items: { qualifiedName: string }[] }>(
      `/api/metadata/elements/${before?.guid}/history`,
    );
    expect(history.items.map(({ qualifiedName }) => qualifiedName)).toContain(before?.qualifiedName);
  });

  it('keeps the GUIDs of all below a folder that is moved', async () => {
    const before = (await files()).filter(({ qualifiedName }) => qualifiedName.includes('/part-3/'));
    await rename(zone.file('part-3'), zone.file('part-moved'));
    await system.api.run('landing', 'refresh');
    const after = (await files()).filter(({ qualifiedName }) => qualifiedName.includes('/part-moved/'));
    expect(after.map(({ guid }) => guid).sort()).toEqual(before.map(({ guid }) => guid).sort());
  });
});

describe('a source that is suddenly empty', () => {
  it('loses nothing: the same removals are planned, held, and done once they are approved', async () => {
    await system.api.post('/api/connectors/landing/pause');
    const before = (await files()).length;
    for (let part = 0; part < 10; part += 1)
      await rm(zone.file(`part-${part}`), { recursive: true, force: true });
    await rm(zone.file('part-moved'), { recursive: true, force: true });
    await system.api.post('/api/connectors/landing/resume');

    const plan = await system.api.run('landing', 'plan');
    const planned = await system.api.differences('landing', plan.id);
    expect(plan.counts.removed + plan.heldRemovals).toBeGreaterThanOrEqual(before);
    expect(await files()).toHaveLength(before);

    const run = await system.api.run('landing', 'refresh');
    expect(run.outcome).toBe('waiting-for-approval');
    expect(run.heldRemovals).toBeGreaterThanOrEqual(before);
    expect(await files()).toHaveLength(before);
    const held = await system.api.differences('landing', run.id);
    expect(held.map(({ qualifiedName }) => qualifiedName).sort()).toEqual(
      planned.map(({ qualifiedName }) => qualifiedName).sort(),
    );

    const approved = await system.api.run('landing', 'approve', { run: run.id });
    expect(approved.outcome).toBe('succeeded');
    expect(await files()).toHaveLength(0);
  });

  it('is not a source that cannot be reached: that one is waited for', async () => {
    const gone = await LandingZone.make(system, 'unmounted', 20);
    await system.api.put('/api/connectors/unmounted', gone.document());
    await system.api.caughtUp('unmounted');
    await rename(gone.path, `${gone.path}.away`);
    const run = await system.api.run('unmounted', 'refresh');
    expect(run).toMatchObject({ outcome: 'failed', error: { code: 'system-unavailable' } });
    const status = await eventually('waiting', 5_000, async () => {
      const now = await system.api.status('unmounted');
      return now.state === 'waiting' ? now : undefined;
    });
    expect(status.nextTryAt).not.toBeNull();
    expect(await system.api.elements({ type: 'DataFile', source: 'unmounted' })).toHaveLength(20);

    await rename(`${gone.path}.away`, gone.path);
    await eventually(
      'running again',
      60_000,
      async () => (await system.api.status('unmounted')).state === 'running',
    );
  });
});
