import type { Command } from 'commander';
import type { ConnectorStatus, Element, Relationship, Run } from '@idaemon/contracts';
import { CliError, exitCodes } from '../exit-codes.js';
import { explainConnector, type ConnectorResource } from '../explain.js';
import { limitOption } from '../limit-option.js';
import { countsText, relativeTime, type Column } from '../output.js';
import { runLines } from '../runs.js';
import type { Session, SessionOf } from '../session.js';

type Item = Record<string, unknown>;
const field = (name: string): Column<Item> => [name, (item) => item[name]];
const list = (value: unknown) => (Array.isArray(value) ? value.length : value);

/** What `get` lists, with the columns that people want to see. */
const resources: Record<string, { path: string; columns: Column<Item>[] }> = {
  connectors: {
    path: '/api/connectors',
    columns: [
      field('name'),
      field('service'),
      field('connector'),
      field('gateway'),
      field('revision'),
      ['state', (item) => (item.status as ConnectorStatus | undefined)?.state],
    ],
  },
  services: {
    path: '/api/services',
    columns: [
      field('name'),
      ['replicas', (item) => list(item.replicas)],
      [
        'definitions',
        (item) => (item.definitions as { name: string }[] | undefined)?.map(({ name }) => name).join(', '),
      ],
      ['instances', (item) => list(item.instances)],
    ],
  },
  gateways: {
    path: '/api/gateways',
    columns: [field('name'), field('backend'), field('schema'), field('description')],
  },
  elements: {
    path: '/api/metadata/elements',
    columns: [field('guid'), field('type'), field('qualifiedName'), field('source'), field('version')],
  },
  'dead-letters': {
    path: '/api/dead-letters',
    columns: [
      field('id'),
      field('connector'),
      field('qualifiedName'),
      ['reason', (item) => (item.error as { message: string }).message],
    ],
  },
  groups: {
    path: '/api/groups',
    columns: [field('name'), ['members', (item) => (item.members as string[] | undefined)?.join(', ')]],
  },
  audit: { path: '/api/audit', columns: [field('at'), field('who'), field('action'), field('resource')] },
  tokens: { path: '/api/tokens', columns: [field('name'), field('role'), field('createdAt')] },
};

export function addResourceCommands(program: Command, session: SessionOf): void {
  program
    .command('get')
    .argument('<resource>', Object.keys(resources).join(', '))
    .argument('[name]', 'only this one')
    .option('--type <type>', 'elements: of this type or a subtype of it')
    .option('--source <source>', 'elements: of this metadata source')
    .option('--gateway <name>', 'elements, dead-letters, connectors: of this gateway')
    .addOption(limitOption('at most so many', 500))
    .description('list resources, or show one')
    .action(async (resource: string, name: string | undefined, options: GetOptions) =>
      getResource(session(), resource, name, options),
    );
  program
    .command('describe')
    .argument('<connector>')
    .description('show the configuration, the state and the last runs of a connector')
    .action(async (name: string) => describe(session(), name));
  program
    .command('search')
    .argument('<text...>')
    .option('--type <type>', 'only of this type or a subtype of it')
    .option('--gateway <name>', 'which open metadata')
    .addOption(limitOption('at most so many', 20))
    .description('search open metadata by names and descriptions')
    .action(async (words: string[], options: { type?: string; gateway?: string; limit: number }) =>
      search(session(), words.join(' '), options),
    );
  program
    .command('show')
    .argument('<guid>')
    .description('show an element with its relationships')
    .action(async (guid: string) => showElement(session(), guid));
  program
    .command('explain')
    .argument('<connector>')
    .description('say in plain words what a connector does, how it is, and what comes next')
    .action(async (name: string) => explain(session(), name));
}

interface GetOptions {
  type?: string;
  source?: string;
  gateway?: string;
  limit: number;
}

async function getResource(
  session: Session,
  resource: string,
  name: string | undefined,
  options: GetOptions,
): Promise<void> {
  const known = resources[resource] ?? resources[`${resource}s`];
  if (!known)
    throw new CliError(
      `There is no resource ${resource}`,
      exitCodes.usage,
      `Ask for one of ${Object.keys(resources).join(', ')}.`,
    );
  if (name) {
    const { gateway } = options;
    const path = `${known.path}/${encodeURIComponent(idOf(known.path, name))}`;
    const one = await session.api.send<Item>(path, { query: { gateway } });
    return session.output.one(one, () =>
      Object.entries(one).map(
        ([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
      ),
    );
  }
  const items: Item[] = [];
  const { limit, ...filters } = options;
  for await (const item of session.api.items<Item>(known.path, filters)) {
    if (items.push(item) >= limit) break;
  }
  session.output.list(items, known.columns, `There are no ${resource}.`);
}

/** A service may be named in short: `files`. */
function idOf(path: string, name: string): string {
  return path === '/api/services' && !name.endsWith('-integrator') ? `${name}-integrator` : name;
}

async function describe(session: Session, name: string): Promise<void> {
  const { api, output, now } = session;
  const path = `/api/connectors/${encodeURIComponent(name)}`;
  const [connector, status, runs] = await Promise.all([
    api.send<ConnectorResource>(path),
    api.send<ConnectorStatus>(`${path}/status`),
    api.send<{ items: Run[] }>(`${path}/runs`, { query: { pageSize: 5 } }),
  ]);
  output.one({ connector, status, runs: runs.items }, () => [
    `${name}: ${connector.connector} at ${connector.service}, revision ${connector.revision}`,
    `state: ${status.state} since ${status.since} (wanted ${status.wanted}), owner ${status.owner ?? 'none'}, epoch ${status.epoch ?? '-'}`,
    `next refresh: ${relativeTime(status.nextRefreshAt, now())}`,
    ...(status.error ? [`error: ${status.error.message}`, `  Next: ${status.error.action}`] : []),
    `config: ${JSON.stringify(connector.config)}`,
    `secrets: ${JSON.stringify(connector.secrets)}`,
    'last runs:',
    ...runs.items.flatMap((run) => runLines(run).map((line) => `  ${line}`)),
  ]);
}

async function search(
  { api, output }: Session,
  q: string,
  options: { type?: string; gateway?: string; limit: number },
): Promise<void> {
  const { limit, ...filters } = options;
  const { items } = await api.send<{ items: Element[] }>('/api/metadata/search', {
    query: { q, pageSize: limit, ...filters },
  });
  const columns: Column<Element>[] = [
    ['guid', ({ guid }) => guid],
    ['type', ({ type }) => type],
    ['name', ({ displayName }) => displayName],
    ['qualified name', ({ qualifiedName }) => qualifiedName],
    ['source', ({ source }) => source],
  ];
  output.list(items, columns, `Nothing matches "${q}".`);
}

async function showElement({ api, output }: Session, guid: string): Promise<void> {
  const path = `/api/metadata/elements/${encodeURIComponent(guid)}`;
  const element = await api.send<Element>(path);
  const relationships = await api.all<Relationship>(`${path}/relationships`);
  output.one({ ...element, relationships }, () => [
    `${element.type} ${element.displayName}`,
    `  ${element.qualifiedName}`,
    `  ${element.guid}, version ${element.version}, changed ${element.updatedAt}, source ${element.source ?? 'none yet'}`,
    ...Object.entries(element.properties).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`),
    ...element.classifications.map((one) => `  is ${one.name} ${JSON.stringify(one.properties)}`),
    ...relationships.map(({ type, end1, end2 }) => {
      const [arrow, other] = end1.guid === guid ? ['→', end2] : ['←', end1];
      return `  ${type} ${arrow} ${other.type} ${other.qualifiedName}`;
    }),
  ]);
}

async function explain({ api, output, now }: Session, name: string): Promise<void> {
  const path = `/api/connectors/${encodeURIComponent(name)}`;
  const connector = await api.send<ConnectorResource>(path);
  const status = await api.send<ConnectorStatus>(`${path}/status`);
  const lines = explainConnector(connector, status, now());
  output.one(
    { name, text: lines.join('\n'), counts: status.lastRun && countsText(status.lastRun.counts) },
    () => lines,
  );
}
