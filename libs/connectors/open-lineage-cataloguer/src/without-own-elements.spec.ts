import { FakeEventLog, startConnector } from '@idaemon/connector-testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openLineageCataloguer } from './index.js';

const eventTime = '2026-11-21T10:00:00Z';
const openMetadata = {
  guid: '0190a1f0-0000-7000-8000-000000000001',
  qualifiedName: 'Job::load',
  typeName: 'Process',
};
const own = { namespace: 'open-metadata', name: 'Job::load', facets: { openMetadata } };

it('catalogues no job and no run anew that was published from open metadata', async () => {
  const log = new FakeEventLog();
  const connector = await startConnector(openLineageCataloguer, { config: {}, extension: log.extension() });
  onTestFinished(() => connector.stop());
  log.receive(
    { eventTime, job: own, outputs: [{ namespace: 'postgres://db:5432', name: 'shop.public.orders' }] },
    { eventTime, eventType: 'START', run: { runId: '0190a1f0-0000-7000-8000-000000000002' }, job: own },
    { eventTime, job: { namespace: 'etl', name: 'other' } },
  );
  connector.engage();
  await vi.waitFor(() => expect(log.toCatalogue).toEqual([]));
  expect(connector.openMetadata.names('processes')).toEqual(['OpenLineageJob::etl::other']);
  await connector.refresh();
  expect(connector.openMetadata.names('processes')).toEqual(['OpenLineageJob::etl::other']);
});
