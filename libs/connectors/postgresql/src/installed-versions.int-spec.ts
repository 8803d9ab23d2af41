import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describePostgresql } from './testing/contract.js';
import { installedVersions, startInstalledPostgres } from './testing/installed-postgres.js';
import { describeMapping } from './testing/mapping.js';

/** Where the machine has other versions than the one of the test run, the connector is tested on these as well. */
const versions = await installedVersions();

describe.each(versions)('PostgreSQL %s', (version) => {
  const ofTheRun = process.env.IDAEMON_TEST_POSTGRES_URL;
  let stop: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    const server = await startInstalledPostgres(version);
    process.env.IDAEMON_TEST_POSTGRES_URL = server.url;
    stop = server.stop;
  });

  afterAll(async () => {
    process.env.IDAEMON_TEST_POSTGRES_URL = ofTheRun;
    await stop?.();
  });

  describePostgresql();
  describeMapping();
});

it('finds the versions by their names', () => {
  expect(versions.every((version) => /^\d+$/.test(version))).toBe(true);
});
