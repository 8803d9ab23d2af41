import { defineConnector, defineIntegrationService, type FollowQuery } from '@idaemon/connector-kit';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { FakeOpenMetadata } from './fake-open-metadata.js';
import { startConnector } from './running-connector.js';

const service = defineIntegrationService({
  name: 'catalog-integrator',
  description: 'For this spec.',
  collections: { dataFiles: { type: 'DataFile', relationships: { DataFlow: { otherEnd: 2 } } } },
});

/** Writes down what it is told; `engage` waits for more, `refresh` does not. */
function listener(told: string[], query: FollowQuery = {}) {
  return defineConnector({
    name: 'listener',
    description: 'Listens.',
    service,
    config: z.object({}),
    async refresh({ metadata }) {
      for await (const { kind, element } of metadata.changes(query))
        told.push(`${kind} ${element.qualifiedName}`);
    },
    async engage({ metadata }) {
      await metadata.dataFiles.upsert({ qualifiedName: 'own' });
      for await (const { kind, element } of metadata.changes(query))
        told.push(`${kind} ${element.qualifiedName}`);
    },
  });
}
const file = (qualifiedName: string, type = 'DataFile') => ({ type, qualifiedName, properties: {} });

async function started(openMetadata: FakeOpenMetadata, query?: FollowQuery) {
  const told: string[] = [];
  const connector = await startConnector(listener(told, query), { config: {}, openMetadata });
  onTestFinished(() => connector.stop());
  return { told, connector };
}

describe('changes in open metadata of a test', () => {
  it('tells what others do, at first all that there is, until the connector is stopped', async () => {
    const openMetadata = new FakeOpenMetadata();
    openMetadata.elsewhere.upsert(file('a'));
    const { told, connector } = await started(openMetadata);
    const { done } = connector.engage();
    await vi.waitFor(() => expect(told).toEqual(['changed a']));
    openMetadata.elsewhere.upsert(file('b'));
    openMetadata.elsewhere.remove('a');
    await vi.waitFor(() => expect(told).toEqual(['changed a', 'changed b', 'removed a']));
    connector.abort();
    await expect(done).resolves.toBeUndefined();
  });

  it('goes on where the connector was, and tells again what it had not finished', async () => {
    const openMetadata = new FakeOpenMetadata();
    const { told, connector } = await started(openMetadata, { from: 'now' });
    await connector.refresh();
    openMetadata.elsewhere.upsert(file('a'));
    openMetadata.elsewhere.upsert(file('b', 'FileFolder'));
    await connector.refresh();
    await connector.refresh();
    expect(told).toEqual(['changed a', 'changed b']);
    openMetadata.elsewhere.upsert(file('c'));
    for await (const change of openMetadata.follow({})) {
      expect(change.element.qualifiedName).toBe('c');
      break;
    }
    await connector.refresh();
    expect(told.at(-1)).toBe('changed c');
  });

  it('keeps to types and sources', async () => {
    const openMetadata = new FakeOpenMetadata();
    openMetadata.elsewhere.upsert(file('folder', 'FileFolder'));
    openMetadata.elsewhere.upsert(file('csv', 'CSVFile'), 'shop');
    openMetadata.elsewhere.upsert(file('file'), 'landing');
    const { told, connector } = await started(openMetadata, { types: ['DataFile'], sources: ['shop'] });
    await connector.refresh();
    expect(told).toEqual(['changed csv']);
  });

  it('gives everything anew after its retention', async () => {
    const openMetadata = new FakeOpenMetadata();
    openMetadata.elsewhere.upsert(file('a'));
    const { told, connector } = await started(openMetadata);
    await connector.refresh();
    openMetadata.elsewhere.upsert(file('b'));
    openMetadata.feed.forget();
    await connector.refresh();
    expect(told).toEqual(['changed a', 'changed a', 'changed b']);
    expect(openMetadata.feed.gaps).toBe(1);
  });

  it('has the relationships that elements declare, with both ends', async () => {
    const openMetadata = new FakeOpenMetadata();
    openMetadata.elsewhere.upsert(file('b'));
    const other = { type: 'DataFile', qualifiedName: 'b' };
    openMetadata.elsewhere.upsert({
      ...file('a'),
      relationships: [{ type: 'DataFlow', otherEnd: 2, other }],
    });
    const guid = openMetadata.guidOf('b') ?? '';
    const ends: string[] = [];
    for await (const { end1, end2 } of openMetadata.relationships({ guid, type: 'DataFlow' })) {
      ends.push(`${end1.qualifiedName} → ${end2.qualifiedName}`);
    }
    for await (const { type } of openMetadata.relationships({ guid, type: 'NestedFile' })) ends.push(type);
    expect(ends).toEqual(['a → b']);
  });
});
