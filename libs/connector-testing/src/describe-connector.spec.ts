import {
  appendFile,
  mkdtemp,
  opendir,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import type { Dir } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  defineConnector,
  defineIntegrationService,
  SystemUnavailableError,
  type ConnectorDefinition,
} from '@idaemon/connector-kit';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { notPossible, type ConnectorHooks } from './connector-hooks.js';
import { contractOf, describeConnector } from './describe-connector.js';
import { subjectOf, type Subject } from './fixture.js';

const service = defineIntegrationService({
  name: 'files-integrator',
  description: 'For the tests of the contract.',
  collections: {
    fileFolders: { type: 'FileFolder' },
    dataFiles: { type: 'DataFile', parents: { fileFolders: 'NestedFile' } },
  },
});

const config = z.object({ folder: z.string().describe('The folder to read.') });
type Definition = ConnectorDefinition<typeof service, typeof config, Record<never, never>, undefined>;

const good: Definition = defineConnector({
  name: 'well-behaved',
  description: 'Catalogues the files of one folder.',
  service,
  config,
  async refresh({ config, metadata, signal }) {
    const folder = { qualifiedName: `FileFolder::${config.folder}` };
    await metadata.fileFolders.sync([folder]);
    await metadata.dataFiles.sync(
      filesIn(config.folder, signal, (file, reason) => metadata.unread(file, reason)),
    );
  },
  engage: ({ signal }) => aborted(signal),
});

const hooks: ConnectorHooks<typeof service, typeof config, Record<never, never>> = {
  async config() {
    const folder = await mkdtemp(join(tmpdir(), 'contract-'));
    for (const name of ['a.csv', 'b.csv', 'c.csv']) await writeFile(join(folder, name), 'x\n1\n');
    return { folder };
  },
  catalogued: ({ folder }) => ({
    dataFiles: ['a.csv', 'b.csv', 'c.csv'].map((name) => nameOf(folder, name)),
  }),
  async change({ folder }) {
    await appendFile(join(folder, 'a.csv'), '2\n');
    return [nameOf(folder, 'a.csv')];
  },
  async remove({ folder }) {
    await rm(join(folder, 'b.csv'));
    return [nameOf(folder, 'b.csv')];
  },
  async readHalf({ folder }) {
    await rm(join(folder, 'c.csv'));
    await symlink('c.csv', join(folder, 'c.csv'));
  },
  unreachable: ({ folder }) => rename(folder, `${folder}.gone`),
  cleanUp: ({ folder }) =>
    Promise.all([folder, `${folder}.gone`].map((path) => rm(path, { recursive: true, force: true }))),
};

describeConnector(good, hooks);

describe('the contract', () => {
  it('finds out a connector that swallows failed writes', async () => {
    const swallows: Definition = {
      ...good,
      refresh: async (context) => good.refresh?.(context).catch(() => undefined),
    };
    await expect(keeps(swallows, 'never swallows a failed write')).rejects.toThrow();
    await expect(keeps(swallows, 'is away')).rejects.toThrow();
  });

  it('finds out a connector that takes half a read for a whole one', async () => {
    const careless: Definition = {
      ...good,
      async refresh({ config, metadata, signal }) {
        await metadata.fileFolders.sync([{ qualifiedName: `FileFolder::${config.folder}` }]);
        await metadata.dataFiles.sync(filesIn(config.folder, signal, async () => undefined));
      },
    };
    await expect(keeps(careless, 'incomplete read')).rejects.toThrow('unread');
  });

  it('finds out a connector that writes something new each time', async () => {
    let refreshes = 0;
    const restless: Definition = {
      ...good,
      async refresh({ config, metadata }) {
        const description = `Read ${++refreshes} times`;
        await metadata.fileFolders.sync([{ qualifiedName: `FileFolder::${config.folder}`, description }]);
      },
    };
    await expect(keeps(restless, 'nothing has changed')).rejects.toThrow();
  });

  it('finds out elements that the type system does not allow', async () => {
    const wrong: Definition = {
      ...good,
      async refresh({ config, metadata }) {
        const createTime = 'yesterday';
        await metadata.fileFolders.sync([{ qualifiedName: `FileFolder::${config.folder}`, createTime }]);
      },
    };
    await expect(keeps(wrong, 'catalogues what is there')).rejects.toThrow('must be a date');
  });

  it('finds out a parent that nobody catalogued, and a source key that is given twice', async () => {
    const orphaned: Definition = {
      ...good,
      async refresh({ metadata }) {
        const parent = { fileFolders: 'FileFolder::elsewhere' };
        await metadata.dataFiles.sync([{ qualifiedName: 'DataFile::a', parent }]);
      },
    };
    await expect(keeps(orphaned, 'catalogues what is there')).rejects.toThrow('nobody catalogued');
    const doubled: Definition = {
      ...good,
      async refresh({ metadata }) {
        await metadata.fileFolders.sync([
          { qualifiedName: 'FileFolder::a', sourceKey: '1' },
          { qualifiedName: 'FileFolder::b', sourceKey: '1' },
        ]);
      },
    };
    await expect(keeps(doubled, 'catalogues what is there')).rejects.toThrow('same source key');
  });

  it('finds out what stays open', async () => {
    const leaked: Dir[] = [];
    const leaking: Definition = {
      ...good,
      async refresh(context) {
        leaked.push(await opendir(context.config.folder));
        await good.refresh?.(context);
      },
    };
    await expect(keeps(leaking, 'leaves nothing open after it was disconnected')).rejects.toThrow();
    await Promise.all(leaked.splice(0).map((folder) => folder.close()));
  });

  it('finds out a connector that does not stop', { timeout: 20_000 }, async () => {
    const deaf: Definition = { ...good, refresh: () => new Promise(() => undefined) };
    await expect(keeps(deaf, 'within a second of an abort')).rejects.toThrow();
    const hasty: Definition = { ...good, engage: async () => undefined };
    await expect(keeps(hasty, 'listens until an abort')).rejects.toThrow('before the abort');
  });

  it('finds out a configuration that takes anything', async () => {
    const shapeless = z.object({ folder: z.any(), inner: z.object({ a: z.string() }).optional() });
    const lenient = defineConnector({ name: 'lenient', description: 'Lenient.', service, config: shapeless });
    const subject = subjectOf(lenient, hooks);
    await expect(shown(subject, 'wrong type')).rejects.toThrow();
    await expect(shown(subject, 'describes each key')).rejects.toThrow();
    await expect(shown(subject, 'inner objects')).rejects.toThrow();
  });

  it('says why something cannot be shown', () => {
    const without = { ...hooks, readHalf: notPossible('it answers all or nothing') };
    const sentences = contractOf(subjectOf(good, without)).map(({ sentence }) => sentence);
    expect(sentences.filter((sentence) => sentence.includes('all or nothing'))).toHaveLength(1);
  });
});

function keeps(definition: Definition, sentencePart: string): Promise<void> {
  return shown(subjectOf(definition, hooks), sentencePart);
}

async function shown(subject: Subject, sentencePart: string): Promise<void> {
  const found = contractOf(subject).filter(({ sentence }) => sentence.includes(sentencePart));
  expect(found).toHaveLength(1);
  await found[0]?.run();
}

function nameOf(folder: string, file: string): string {
  return `DataFile::${folder}/${file}`;
}

async function* filesIn(
  folder: string,
  signal: AbortSignal,
  unread: (file: { dataFiles: string }, reason: string) => Promise<void>,
) {
  for (const name of await readdir(folder).catch(unavailable(folder))) {
    signal.throwIfAborted();
    const qualifiedName = nameOf(folder, name);
    const size = await stat(join(folder, name)).then(
      ({ size }) => String(size),
      (error: Error) => error,
    );
    if (size instanceof Error) await unread({ dataFiles: qualifiedName }, size.message);
    else
      yield {
        ...{ qualifiedName, parent: { fileFolders: `FileFolder::${folder}` } },
        additionalProperties: { size },
      };
  }
}

function unavailable(folder: string) {
  return (cause: unknown): never => {
    throw new SystemUnavailableError(`The folder ${folder}`, { cause });
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
