import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import connector from './connector/generator.mjs';
import service from './service/generator.mjs';

const workspace = join(import.meta.dirname, '../..');
const needed = [
  'libs/contracts/src/services.ts',
  'libs/open-metadata/src/data/entity-types.ts',
  'libs/connector-kit/package.json',
  'libs/service-runtime/package.json',
  ...filesIn('libs/integration-services/src'),
  'apps/files-integrator/package.json',
  'apps/files-integrator/src/files-integrator.module.ts',
];

/** @type {import('@nx/devkit').Tree} */
let tree;
const text = (/** @type {string} */ path) => tree.read(path, 'utf8') ?? '';
const json = (/** @type {string} */ path) => JSON.parse(text(path));

beforeEach(() => {
  tree = createTreeWithEmptyWorkspace();
  for (const path of needed) tree.write(path, readFileSync(join(workspace, path), 'utf8'));
});

describe('the generator of a connector', () => {
  it('makes a package and has its service host it', async () => {
    await connector(tree, { technology: 'apache-thing', service: 'files' });
    const root = 'libs/connectors/apache-thing';
    expect(tree.children(root).sort()).toEqual(['README.md', 'package.json', 'src']);
    expect(json(`${root}/package.json`)).toMatchObject({
      name: '@idaemon/connector-apache-thing',
      dependencies: { zod: expect.stringMatching(/^\^4/) },
    });
    expect(text(`${root}/src/apache-thing.connector.ts`)).toContain(
      'export const apacheThing = defineConnector',
    );
    expect(text(`${root}/src/apache-thing.connector.ts`)).toContain('metadata.fileFolders.sync');
    const module = text('apps/files-integrator/src/files-integrator.module.ts');
    expect(module).toContain("import { apacheThing } from '@idaemon/connector-apache-thing';");
    expect(module).toMatch(/connectors: \[apacheThing, folder\]/);
    expect(json('apps/files-integrator/package.json').dependencies).toMatchObject({
      '@idaemon/connector-apache-thing': '*',
      '@idaemon/connector-folder': '*',
    });
  });

  it('leaves no placeholder of a template behind', async () => {
    await connector(tree, { technology: 'thing', service: 'files-integrator', collection: 'columns' });
    for (const { path, content } of tree.listChanges()) {
      expect(path).not.toMatch(/__|template/);
      expect(String(content)).not.toContain('<%');
    }
  });

  it('names an element as its type does', async () => {
    await connector(tree, { technology: 'thing', service: 'files', collection: 'columns' });
    expect(text('libs/connectors/thing/src/thing.connector.ts')).toContain('displayName: name');
  });

  it('refuses a name that is taken', async () => {
    await connector(tree, { technology: 'thing', service: 'files' });
    await expect(connector(tree, { technology: 'thing', service: 'files' })).rejects.toThrow(
      'is there already',
    );
  });

  it('refuses an unknown service and names those that are there', async () => {
    await expect(connector(tree, { technology: 'thing', service: 'nothing' })).rejects.toThrow(
      /no nothing-integrator; take from .*files/,
    );
  });

  it('refuses an unknown collection and names those that are there', async () => {
    const options = { technology: 'thing', service: 'files', collection: 'tables' };
    await expect(connector(tree, options)).rejects.toThrow(
      /no collection tables; it has fileFolders, dataFiles/,
    );
  });
});

describe('the generator of a service', () => {
  it('makes a declaration and an app of three lines', async () => {
    await service(tree, { name: 'topic', type: 'KafkaTopic', description: "Catalogues a broker's topics." });
    expect(text('libs/integration-services/src/topic-integrator.ts')).toContain(
      "kafkaTopics: { type: 'KafkaTopic' }",
    );
    expect(text('libs/integration-services/src/index.ts')).toContain(
      "export { topicIntegrator } from './topic-integrator.js';",
    );
    expect(json('apps/topic-integrator/package.json')).toMatchObject({ name: '@idaemon/topic-integrator' });
    expect(text('apps/topic-integrator/src/main.ts').trim().split('\n')).toHaveLength(4);
    expect(text('apps/topic-integrator/src/topic-integrator.module.ts')).toContain(
      'forRoot({ service: topicIntegrator, connectors: [] })',
    );
  });

  it('makes a service that takes connectors at once', async () => {
    await service(tree, { name: 'topic', type: 'KafkaTopic' });
    await connector(tree, { technology: 'thing', service: 'topic' });
    expect(text('libs/connectors/thing/src/thing.connector.ts')).toContain('metadata.kafkaTopics.sync');
    expect(text('apps/topic-integrator/src/topic-integrator.module.ts')).toContain('connectors: [thing]');
  });

  it.each([
    [{ name: 'weather', type: 'Topic' }, /none of the twelve services; take from .*topic/],
    [{ name: 'files', type: 'DataFile' }, /files-integrator is there already/],
    [{ name: 'topic', type: 'Topik' }, /Topik is no entity type/],
  ])('refuses %o', async (options, why) => {
    await expect(service(tree, options)).rejects.toThrow(why);
  });
});

/** @param {string} folder */
function filesIn(folder) {
  return readdirSync(join(workspace, folder)).map((name) => `${folder}/${name}`);
}
