import { describe, expect, it } from 'vitest';
import type {
  Change,
  ChangeResult,
  Element,
  ElementChange,
  ElementWrite,
  Relationship,
} from '@idaemon/contracts';
import { defineIntegrationService } from './integration-service.js';
import {
  createMetadata,
  createRefreshMetadata,
  type ChangeOptions,
  type FollowQuery,
  type RelationshipsQuery,
  type SessionPort,
} from './metadata.js';

const files = defineIntegrationService({
  name: 'files-integrator',
  description: 'For this spec.',
  collections: {
    fileFolders: { type: 'FileFolder', parents: { fileFolders: 'FolderHierarchy' } },
    dataFiles: {
      type: 'DataFile',
      subtypes: ['CSVFile'],
      parents: { fileFolders: 'NestedFile' },
      classifications: ['DataStoreEncoding'],
    },
    columns: { type: 'RelationalColumn', relationships: { ForeignKey: { otherEnd: 1 } } },
  },
});

/** Writes down what a context asks for. */
class RecordingPort implements SessionPort {
  readonly written: { collection: string; scope: string; element: ElementWrite }[] = [];
  readonly completed: string[] = [];
  readonly unreadReasons: string[] = [];
  readonly changes: Change[] = [];
  readonly options: (ChangeOptions | undefined)[] = [];
  readonly asked: object[] = [];

  async write(collection: string, scope: string, element: ElementWrite): Promise<void> {
    this.written.push({ collection, scope, element });
  }
  async complete(collection: string, scope: string): Promise<void> {
    this.completed.push(`${collection}/${scope}`);
  }
  async unread(unread: { what: string; reason: string }): Promise<void> {
    this.unreadReasons.push(`${unread.what}: ${unread.reason}`);
  }
  async change(change: Change, options?: ChangeOptions): Promise<ChangeResult> {
    this.changes.push(change);
    this.options.push(options);
    return { result: 'created', guid: null };
  }
  async resolve(): Promise<Element | null> {
    return null;
  }
  async *find(): AsyncGenerator<Element> {
    // Nothing is there.
  }
  async *relationships(query: RelationshipsQuery): AsyncGenerator<Relationship> {
    this.asked.push(query);
  }
  async *follow(query: FollowQuery): AsyncGenerator<ElementChange> {
    this.asked.push(query);
  }
}

describe('sync', () => {
  it('sends flat elements as typed ones under their parents, then says that the scope is complete', async () => {
    const port = new RecordingPort();
    const element = {
      typeName: 'CSVFile' as const,
      qualifiedName: 'CSVFile::h:/data/a.csv',
      name: 'a.csv',
      delimiterCharacter: ',',
      description: undefined,
      parent: { fileFolders: 'FileFolder::h:/data' },
      classifications: { DataStoreEncoding: { encoding: 'utf-8' } },
    };
    await createRefreshMetadata(files, port).dataFiles.sync([element], { scope: 'data' });
    expect(port.written).toEqual([
      {
        collection: 'dataFiles',
        scope: 'data',
        element: {
          type: 'CSVFile',
          qualifiedName: 'CSVFile::h:/data/a.csv',
          properties: { name: 'a.csv', delimiterCharacter: ',' },
          classifications: { DataStoreEncoding: { encoding: 'utf-8' } },
          relationships: [
            {
              type: 'NestedFile',
              otherEnd: 1,
              other: { type: 'FileFolder', qualifiedName: 'FileFolder::h:/data' },
              isParent: true,
            },
          ],
        },
      },
    ]);
    expect(port.completed).toEqual(['dataFiles/data']);
  });

  it('takes elements of several collections from one reading and completes each of them', async () => {
    const port = new RecordingPort();
    const all = [
      { fileFolders: { qualifiedName: 'FileFolder::h:/' } },
      { dataFiles: { qualifiedName: 'DataFile::h:/a' } },
    ];
    await createRefreshMetadata(files, port).sync(['fileFolders', 'dataFiles'], all);
    expect(port.written.map(({ collection }) => collection)).toEqual(['fileFolders', 'dataFiles']);
    expect(port.completed).toEqual(['fileFolders/', 'dataFiles/']);
  });

  it('completes nothing when the reading fails half way', async () => {
    const port = new RecordingPort();
    async function* half() {
      yield { qualifiedName: 'DataFile::h:/a' };
      throw new Error('the disk went away');
    }
    await expect(createRefreshMetadata(files, port).dataFiles.sync(half())).rejects.toThrow(
      'the disk went away',
    );
    expect(port.written).toHaveLength(1);
    expect(port.completed).toEqual([]);
  });

  it('sends relationships with the type that their other end must have', async () => {
    const port = new RecordingPort();
    const column = {
      qualifiedName: 'b.a_id',
      relationships: { ForeignKey: ['a.id', { to: { guid: 'x' }, properties: { name: 'fk' } }] },
    };
    await createRefreshMetadata(files, port).columns.sync([column]);
    expect(port.written[0]?.element.relationships).toEqual([
      { type: 'ForeignKey', otherEnd: 1, other: { type: 'RelationalColumn', qualifiedName: 'a.id' } },
      {
        type: 'ForeignKey',
        otherEnd: 1,
        other: { type: 'RelationalColumn', guid: 'x' },
        properties: { name: 'fk' },
      },
    ]);
  });
});

describe('unread', () => {
  it('names an element or a whole collection', async () => {
    const port = new RecordingPort();
    const metadata = createRefreshMetadata(files, port);
    await metadata.unread({ fileFolders: 'FileFolder::h:/secret' }, 'permission denied');
    await metadata.unread('columns', 'not read today');
    expect(port.unreadReasons).toEqual([
      'FileFolder::h:/secret: permission denied',
      'columns: not read today',
    ]);
  });
});

describe('single changes', () => {
  it('upsert and remove one element of a collection', async () => {
    const port = new RecordingPort();
    const { dataFiles } = createMetadata(files, port);
    await dataFiles.upsert({ qualifiedName: 'DataFile::h:/a' });
    await dataFiles.remove('DataFile::h:/a');
    expect(port.changes).toMatchObject([
      { operation: 'upsert', collection: 'dataFiles', element: { qualifiedName: 'DataFile::h:/a' } },
      {
        operation: 'remove',
        element: { type: 'DataFile', qualifiedName: 'DataFile::h:/a' },
        recursive: true,
      },
    ]);
  });

  it('carry state that is saved with them', async () => {
    const port = new RecordingPort();
    const { dataFiles } = createMetadata(files, port);
    await dataFiles.upsert({ qualifiedName: 'DataFile::h:/a' }, { state: { cursor: 1 } });
    await dataFiles.remove('DataFile::h:/a', { state: { cursor: 2 } });
    expect(port.options).toEqual([{ state: { cursor: 1 } }, { state: { cursor: 2 } }]);
  });

  it('relate two elements of any source by the types of the relationship’s ends', async () => {
    const port = new RecordingPort();
    await createMetadata(files, port).relate('NestedFile', 'FileFolder::h:/', 'DataFile::h:/a');
    expect(port.changes[0]).toMatchObject({
      operation: 'relate',
      end1: { type: 'FileFolder' },
      end2: { type: 'DataFile' },
    });
  });
});

describe('following others', () => {
  it('asks for changes by type and source, and for the relationships of an element', async () => {
    const port = new RecordingPort();
    for (const metadata of [createMetadata(files, port), createRefreshMetadata(files, port)]) {
      const query = { types: ['Process' as const], sources: ['shop'] };
      for await (const change of metadata.changes(query)) expect.unreachable(change.kind);
      for await (const flow of metadata.relationships({ guid: 'g' }, 'DataFlow')) {
        expect.unreachable(flow.guid);
      }
    }
    const asked = [
      { types: ['Process'], sources: ['shop'] },
      { guid: 'g', type: 'DataFlow' },
    ];
    expect(port.asked).toEqual([...asked, ...asked]);
  });
});

describe('a service', () => {
  it('cannot name a parent collection that it does not have', () => {
    const wrong = {
      name: 'files-integrator' as const,
      description: '',
      collections: { a: { type: 'DataFile' as const, parents: { b: 'NestedFile' as const } } },
    };
    expect(() => defineIntegrationService(wrong)).toThrow('collection a names the parent collection b');
  });
});
