import { describeConnector, FakeEventLog, notPossible } from '@idaemon/connector-testing';
import { openLineageCataloguer } from './index.js';

const logs = new WeakMap<object, FakeEventLog>();

function logOf(config: object): FakeEventLog {
  const log = logs.get(config) ?? new FakeEventLog();
  logs.set(config, log);
  return log;
}

const orders = { namespace: 'postgres://db:5432', name: 'shop.public.orders' };
const raw = { namespace: 'file://host', name: '/data/raw.csv' };
const columns = (...names: string[]) => ({
  schema: { fields: names.map((name) => ({ name, type: 'text' })) },
});
const job = { namespace: 'etl', name: 'load' };
const runId = '0190a1f0-0000-7000-8000-000000000001';
const name = 'OpenLineageJob::etl::load';
const table = 'db:5432/shop.public.orders';

describeConnector(openLineageCataloguer, {
  config() {
    const config = { runsPerJob: 2 };
    logOf(config).receive(
      {
        eventTime: '2026-11-21T10:00:00Z',
        job: { ...job, facets: { sql: { query: 'insert into orders select * from raw' } } },
        inputs: [{ ...raw, facets: columns('id') }],
        outputs: [{ ...orders, facets: columns('id', 'total') }],
      },
      { eventTime: '2026-11-21T10:01:00Z', eventType: 'START', run: { runId }, job },
    );
    return config;
  },
  extension: (config) => logOf(config).extension(),
  catalogued: () => ({
    processes: [name, `OpenLineageRun::${runId}`],
    ports: [
      `Port::${name}::input::file://host::/data/raw.csv`,
      `Port::${name}::output::postgres://db:5432::shop.public.orders`,
    ],
    dataAssets: ['CSVFile::host:/data/raw.csv'],
    schemaTypes: ['TabularSchemaType::host:/data/raw.csv'],
    tables: [`RelationalTable::${table}`],
    columns: [
      `RelationalColumn::${table}.id`,
      `RelationalColumn::${table}.total`,
      'TabularFileColumn::host:/data/raw.csv::id',
    ],
  }),
  change(config) {
    logOf(config).receive({
      ...{ eventTime: '2026-11-21T10:02:00Z', eventType: 'COMPLETE' },
      ...{ run: { runId }, job },
    });
    return [`OpenLineageRun::${runId}`];
  },
  remove(config) {
    logOf(config).receive({
      eventTime: '2026-11-21T10:03:00Z',
      dataset: { ...orders, facets: columns('id') },
    });
    return [`RelationalColumn::${table}.total`];
  },
  readHalf: notPossible('What is known of events is read from one database, whole or not at all.'),
  unreachable: notPossible('The log is the own database of the service, which waits for it.'),
});
