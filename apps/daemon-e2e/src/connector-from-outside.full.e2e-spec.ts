import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OutsideProject } from './outside-project.js';
import { TestSystem } from './test-system.js';

let project: OutsideProject;
let system: TestSystem | undefined;

beforeAll(async () => {
  project = await OutsideProject.make();
}, 600_000);
afterAll(async () => {
  await system?.stop();
  await project.remove();
});

describe('a connector of a project outside of the workspace', () => {
  it('compiles against the packages as they are published', { timeout: 600_000 }, () => project.compile());

  it('is held to the contract by its own test', async () => {
    expect(await project.test()).toMatch(/Tests .*\d+ passed/);
  });

  it('is loaded by the integrator that IDAEMON_CONNECTORS names it to, and catalogues', async () => {
    system = await TestSystem.start({ environment: { IDAEMON_CONNECTORS: project.folder } });
    const folder = join(system.folder, 'outside');
    await mkdir(folder);
    for (const name of ['orders.csv', 'returns.csv']) await writeFile(join(folder, name), '1\n');
    await system.api.put('/api/connectors/outside', {
      ...{ name: 'outside', service: 'files-integrator', connector: 'csv-folder', config: { folder } },
    });
    await system.api.run('outside', 'refresh');
    expect(await system.api.elements({ type: 'CSVFile', source: 'outside' })).toHaveLength(2);
    const service = await system.api.get<{ definitions: unknown[] }>('/api/services/files-integrator');
    expect(service.definitions).toContainEqual(
      expect.objectContaining({ name: 'csv-folder', version: '3.2.1' }),
    );
  });
});
