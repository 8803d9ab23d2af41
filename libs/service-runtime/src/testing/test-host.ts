import { ConnectorConfiguration } from '@idaemon/contracts';
import {
  defineConnector,
  defineIntegrationService,
  type AnyConnector,
  type ConnectorDefinition,
} from '@idaemon/connector-kit';
import { createMetrics } from '@idaemon/metrics';
import { z } from 'zod';
import { createLog } from '../bootstrap/log.js';
import { Redaction } from '../bootstrap/redaction.js';
import type { ContextExtensionProvider } from '../connector/context-extension.js';
import { Definitions } from '../connector/definitions.js';
import { RefreshSlots } from '../connector/refresh-slots.js';
import { SecretsEnvironment } from '../connector/secrets-environment.js';
import type { HostEnvironment } from '../hosting/host-environment.js';
import { InstanceHost } from '../hosting/instance-host.js';
import { RunReports } from '../hosting/run-reports.js';
import { FakeClock } from './fake-clock.js';
import { assignmentOf, FakeDaemon } from './fake-daemon.js';
import { FakeGateways } from './fake-gateways.js';

export const testService = defineIntegrationService({
  name: 'files-integrator',
  description: 'Files of specs.',
  collections: { dataFiles: { type: 'DataFile' } },
});

const config = z.object({ path: z.string(), depth: z.number().default(1) });
const secrets = { password: { description: 'A password.', isRequired: false } } as const;
type TestDefinition = ConnectorDefinition<typeof testService, typeof config, typeof secrets, unknown>;

/** The connector of a spec: what it does not say does nothing. */
export function testConnector(methods: Partial<TestDefinition> = {}): AnyConnector {
  const refresh = () => Promise.resolve();
  const description = 'Catalogues nothing.';
  const both = methods.refresh || methods.engage ? methods : { refresh, ...methods };
  return defineConnector({ name: 'nothing', description, service: testService, config, secrets, ...both });
}

export interface TestHost {
  clock: FakeClock;
  daemon: FakeDaemon;
  gateways: FakeGateways;
  host: InstanceHost;
  environment: HostEnvironment;
  /** Lines of the process' log. */
  lines: string[];
  /** Why the process had to end, and within what time. */
  ends: { reason: string; withinMs: number }[];
  /** Configures and assigns one connector. */
  run(changes?: object, assignment?: object): void;
}

/** An instance host between a daemon and gateways of the spec, on a clock of the spec. */
export function testHost(
  definitions: AnyConnector[],
  slots = 4,
  extension?: ContextExtensionProvider,
): TestHost {
  const clock = new FakeClock();
  const daemon = new FakeDaemon();
  const gateways = new FakeGateways();
  const redaction = new Redaction();
  const lines: string[] = [];
  const ends: TestHost['ends'] = [];
  const environment: HostEnvironment = {
    instanceId: 'files-integrator-1',
    service: 'files-integrator',
    definitions: new Definitions('files-integrator', definitions, '1.2.3'),
    daemon,
    gateways,
    reports: new RunReports({
      gateways,
      clock,
      signal: new AbortController().signal,
      onDropped: () => undefined,
    }),
    refreshes: new RefreshSlots(slots),
    starts: new RefreshSlots(32),
    connectTimeoutMs: 60_000,
    secrets: { variables: {}, environment: SecretsEnvironment.parse({}), fetch },
    redaction,
    log: createLog({
      app: 'files-integrator',
      level: 'debug',
      format: 'json',
      redaction,
      destination: { write: (line) => void lines.push(line) },
    }),
    metrics: createMetrics('files-integrator'),
    clock,
    extension,
  };
  const host = new InstanceHost({
    environment,
    version: '1.2.3',
    address: 'http://127.0.0.1:7415',
    onStuck: (reason, withinMs) => void ends.push({ reason, withinMs }),
  });
  daemon.onChange = () => host.wake();
  const run = (changes: object = {}, assignment: object = {}) => {
    daemon.configure(configurationOf(changes));
    daemon.assign(assignmentOf('landing', assignment));
  };
  return { clock, daemon, gateways, host, environment, lines, ends, run };
}

export function configurationOf(changes: object = {}): ConnectorConfiguration {
  return ConnectorConfiguration.parse({
    name: 'landing',
    service: 'files-integrator',
    connector: 'nothing',
    config: { path: '/data' },
    schedule: { every: '10m' },
    ...changes,
  });
}
