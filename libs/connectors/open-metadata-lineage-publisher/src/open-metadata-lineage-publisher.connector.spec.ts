import {
  describeConnector,
  FakeEventLog,
  FakeOpenMetadata,
  notPossible,
  startConnector,
} from '@idaemon/connector-testing';
import { checkEvent, readEvent, type OpenLineageEvent } from '@idaemon/open-lineage';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openMetadataLineagePublisher } from './index.js';

describeConnector(openMetadataLineagePublisher, {
  config: () => ({ namespace: 'metadata' }),
  extension: () => new FakeEventLog().extension(),
  catalogued: () => ({}),
  change: notPossible('it catalogues nothing'),
  remove: notPossible('it catalogues nothing'),
  readHalf: notPossible('it catalogues nothing'),
  unreachable: notPossible('open metadata is its only source'),
});

const database = { namespace: 'postgres://db:5432' };
const tableType = { classifications: { TypeEmbeddedAttribute: { schemaTypeName: 'RelationalTableType' } } };

function table(name: string) {
  return {
    ...{ type: 'RelationalTable', qualifiedName: `RelationalTable::db:5432/${name}`, ...tableType },
    properties: { displayName: name },
    locators: [{ ...database, name }],
  };
}

function column(of: string, name: string, position: number, dataType: string) {
  return {
    ...{ type: 'RelationalColumn', qualifiedName: `RelationalColumn::db:5432/${of}.${name}` },
    properties: { displayName: name, position },
    classifications: { TypeEmbeddedAttribute: { dataType } },
    relationships: [
      {
        ...{ type: 'NestedSchemaAttribute', otherEnd: 1 as const, isParent: true },
        other: { type: 'RelationalTable', qualifiedName: `RelationalTable::db:5432/${of}` },
      },
    ],
  };
}

function flow(otherEnd: 1 | 2, tableName: string) {
  const other = { type: 'RelationalTable', qualifiedName: `RelationalTable::db:5432/${tableName}` };
  return { type: 'DataFlow', otherEnd, other };
}

async function publishing(config: object = {}) {
  const openMetadata = new FakeOpenMetadata();
  const log = new FakeEventLog();
  const connector = await startConnector(openMetadataLineagePublisher, {
    ...{ config, openMetadata, extension: log.extension('publisher') },
  });
  onTestFinished(() => connector.stop());
  connector.engage();
  const published = async (events: number): Promise<OpenLineageEvent[]> => {
    await vi.waitFor(() => expect(log.events.length).toBeGreaterThanOrEqual(events));
    return log.events.map((event) => event.read().event);
  };
  /** Whatever comes later would have come before this. */
  const settled = async () => {
    const name = `settled ${log.events.length}`;
    elsewhere.upsert({
      type: 'DataSet',
      qualifiedName: name,
      properties: {},
      locators: [{ namespace: 'x', name }],
    });
    await vi.waitFor(() => expect(log.events.at(-1)?.read().dataset?.name).toBe(name));
    const events = log.events.map((event) => event.read().event);
    return events.filter(({ dataset }) => dataset?.namespace !== 'x');
  };
  const { elsewhere } = openMetadata;
  return { elsewhere, log, published, settled, openMetadata };
}

describe('publishing open metadata', () => {
  it('tells what a process reads and writes', async () => {
    const { elsewhere, settled } = await publishing({ publish: ['jobs', 'datasets'] });
    elsewhere.upsert(table('raw'));
    elsewhere.upsert(table('orders'));
    elsewhere.upsert({
      ...{ type: 'DeployedSoftwareComponent', qualifiedName: 'Job::cron::load' },
      properties: { name: 'load', description: 'Loads orders.', formula: 'insert …', formulaType: 'SQL' },
      classifications: { Ownership: { owner: 'team-a' } },
      relationships: [flow(1, 'raw'), flow(2, 'orders')],
    });
    const events = await settled();
    const job = events.filter((event) => event.job).at(-1);
    expect(job).toMatchObject({
      job: {
        ...{ namespace: 'open-metadata', name: 'Job::cron::load' },
        facets: {
          documentation: { description: 'Loads orders.' },
          ownership: { owners: [{ name: 'team-a' }] },
          sql: { query: 'insert …' },
          openMetadata: { qualifiedName: 'Job::cron::load', typeName: 'DeployedSoftwareComponent' },
        },
      },
      inputs: [{ ...database, name: 'raw' }],
      outputs: [{ ...database, name: 'orders' }],
    });
  });

  it('tells of data with its columns in their order, once for all of them', async () => {
    const { elsewhere, settled } = await publishing();
    elsewhere.upsert(table('orders'));
    elsewhere.upsert(column('orders', 'total', 2, 'numeric'));
    elsewhere.upsert(column('orders', 'id', 1, 'bigint'));
    const events = await settled();
    expect(events.at(-1)?.dataset).toMatchObject({
      ...{ ...database, name: 'orders' },
      facets: {
        schema: {
          fields: [
            { name: 'id', type: 'bigint' },
            { name: 'total', type: 'numeric' },
          ],
        },
      },
    });
    expect(events.length).toBeLessThanOrEqual(3);
    elsewhere.upsert(column('orders', 'id', 1, 'uuid'));
    const later = await settled();
    expect(later).toHaveLength(events.length + 1);
    expect(later.at(-1)?.dataset?.facets).toMatchObject({ schema: { fields: [{ type: 'uuid' }, {}] } });
  });

  it('tells when an instance of a process began and ended', async () => {
    const { elsewhere, settled } = await publishing();
    elsewhere.upsert({
      type: 'DeployedSoftwareComponent',
      qualifiedName: 'Job::load',
      properties: { name: 'load' },
    });
    elsewhere.upsert({
      ...{ type: 'TransientEmbeddedProcess', qualifiedName: 'Job::load::1', properties: {} },
      effectiveFrom: '2026-11-21T10:00:00.000Z',
      effectiveTo: '2026-11-21T10:05:00.000Z',
      relationships: [
        { type: 'ProcessHierarchy', otherEnd: 1, other: { type: 'Process', qualifiedName: 'Job::load' } },
      ],
    });
    const runs = (await settled()).filter(({ run }) => run);
    expect(runs).toMatchObject([
      { eventType: 'START', eventTime: '2026-11-21T10:00:00.000Z', job: { name: 'Job::load' } },
      { eventType: 'COMPLETE', eventTime: '2026-11-21T10:05:00.000Z', job: { name: 'Job::load' } },
    ]);
  });

  it('never gives back what has come by OpenLineage events', async () => {
    const { elsewhere, settled } = await publishing();
    elsewhere.upsert(table('orders'), 'shop');
    elsewhere.upsert({
      ...{ type: 'DeployedSoftwareComponent', qualifiedName: 'OpenLineageJob::etl::load' },
      properties: { name: 'load' },
      relationships: [flow(2, 'orders')],
    });
    elsewhere.upsert({ ...table('heard'), isTentative: true });
    const names = (await settled()).map(({ job, dataset }) => job?.name ?? dataset?.name);
    expect([...new Set(names)]).toEqual(['orders']);
  });

  it('says nothing of data that OpenLineage has no name for, nor of what is gone', async () => {
    const { elsewhere, settled } = await publishing();
    elsewhere.upsert({ type: 'DataSet', qualifiedName: 'DataSet::unnamed', properties: {} });
    elsewhere.upsert(table('orders'));
    elsewhere.remove('RelationalTable::db:5432/orders');
    expect((await settled()).every(({ dataset }) => dataset?.name === 'orders')).toBe(true);
  });

  it('leaves out sources that shall not leave', async () => {
    const { elsewhere, settled } = await publishing({ excludeSources: ['secret'] });
    elsewhere.upsert(table('hidden'), 'secret');
    elsewhere.upsert(table('orders'), 'shop');
    expect((await settled()).map(({ dataset }) => dataset?.name)).toEqual(['orders']);
  });

  it('writes events that the published schemas allow', async () => {
    const { elsewhere, log, settled } = await publishing();
    elsewhere.upsert(table('orders'));
    elsewhere.upsert(column('orders', 'id', 1, 'bigint'));
    elsewhere.upsert({
      ...{ type: 'DeployedSoftwareComponent', qualifiedName: 'Job::load' },
      properties: { name: 'load', description: 'Loads.', formula: 'x = 1', implementationLanguage: 'python' },
      relationships: [flow(2, 'orders')],
    });
    await settled();
    for (const { body } of log.events)
      expect(checkEvent(readEvent(body).event, { mode: 'strict', areFormatsErrors: true })).toEqual([]);
  });

  it('leaves the cursor where it is when the log is away', async () => {
    const openMetadata = new FakeOpenMetadata();
    openMetadata.elsewhere.upsert(table('orders'));
    const log = new FakeEventLog();
    const away = (signal: AbortSignal) => {
      const { openLineage } = log.extension()(signal);
      return { openLineage: { ...openLineage, publish: () => Promise.reject(new Error('no log')) } };
    };
    const failing = await startConnector(openMetadataLineagePublisher, {
      config: {},
      openMetadata,
      extension: away,
    });
    await expect(failing.engage().done).rejects.toThrow('no log');
    await failing.stop();
    const next = await startConnector(openMetadataLineagePublisher, {
      ...{ config: {}, openMetadata, extension: log.extension() },
    });
    onTestFinished(() => next.stop());
    next.engage();
    await vi.waitFor(() => expect(log.events).toHaveLength(1));
  });
});
