/** Egeria's platform, as far as an integration daemon is asked for it. */
import { adminBase } from './configuration.routes.js';
import { route, unsupported, type Declared, type EgeriaRoute } from './route.js';

const base = '/open-metadata/platform-services/users/{userId}/server-platform';

function platformRoute({ path, ...declared }: Omit<Declared, 'family'>): EgeriaRoute {
  return route({ ...declared, family: 'runtime', path: `${base}${path}` });
}

/** Of the platform, and at the older place beside the configuration. */
function instanceRoutes(base: string, form: string): EgeriaRoute[] {
  const family = form ? ('admin' as const) : ('runtime' as const);
  return [
    route({
      name: `startServer${form}`,
      method: 'POST',
      path: `${base}/instance`,
      family,
      answer: 'SuccessMessageResponse',
      access: 'operator',
      summary: 'Start all connectors, restart those that run',
      does: 'Also those that were stopped or paused, however they were configured, but not those of a service that is DISABLED. The daemon itself goes on.',
      handle: async ({ runtime, platform }, { principal }) => {
        await runtime.start(principal);
        return { successMessage: await platform.startMessage(new Date()) };
      },
    }),
    route({
      name: `shutdownServer${form}`,
      method: 'DELETE',
      path: `${base}/instance`,
      family,
      access: 'operator',
      summary: 'Stop all connectors',
      does: 'However they were configured; answers at once, runs are broken off. The daemon itself goes on and tells that they are stopped. Doing it again is no error.',
      handle: async ({ runtime }, { principal }) => {
        await runtime.stop(principal);
        return {};
      },
    }),
    route({
      name: `getActiveConfiguration${form}`,
      method: 'GET',
      path: `${base}/instance/configuration`,
      family,
      answer: 'OMAGServerConfigResponse',
      summary: 'Get the configuration document in use',
      does: 'The stored one: what is configured is in force.',
      handle: async ({ server }) => ({ omagserverConfig: await server.document() }),
    }),
    route({
      name: `getActiveServerStatus${form}`,
      method: 'GET',
      path: `${base}/instance/status`,
      family,
      answer: 'OMAGServerStatusResponse',
      summary: 'Get the status of the server and its services',
      does: 'RUNNING, since it answers. How the connectors are is in the status of the integration daemon.',
      handle: ({ platform }) => platform.instanceStatus(),
    }),
    unsupported({
      name: `startServerWithConfiguration${form}`,
      family,
      method: 'POST',
      path: `${base}/instance/configuration`,
      access: 'administrator',
      answer: 'SuccessMessageResponse',
      why: 'nothing runs here that is not stored; store the document first',
    }),
    unsupported({
      name: `unregisterServer${form}`,
      family,
      method: 'DELETE',
      path: base,
      access: 'administrator',
      why: cannotEnd,
    }),
  ];
}

const cannotEnd =
  'processes end where they are run; to stop all connectors, delete the instance of the server';

const running: readonly EgeriaRoute[] = [
  ...instanceRoutes(`${base}/servers/{serverName}`, ''),
  ...instanceRoutes(adminBase, 'OldForm'),
  ...['/servers/instance', '/servers', '/instance'].map((path, index) =>
    unsupported({
      name: ['shutdownAllServers', 'unregisterAllServers', 'shutdownPlatform'][index] ?? '',
      family: 'runtime',
      method: 'DELETE',
      path: `${base}${path}`,
      access: 'administrator',
      why: cannotEnd,
    }),
  ),
];

const queries: readonly EgeriaRoute[] = [
  platformRoute({
    name: 'getPlatformOrigin',
    method: 'GET',
    path: '/origin',
    summary: 'Get what answers here',
    does: 'One line of text.',
    isText: true,
    handle: async () => 'idaemon integration daemon, with the interface of Egeria 4.3\n',
  }),
  platformRoute({
    name: 'getRegisteredIntegrationServices',
    method: 'GET',
    path: '/registered-services/integration-services',
    answer: 'RegisteredOMAGServicesResponse',
    summary: 'List the integration services that can be configured',
    does: 'The twelve of this daemon: with stewardship, which Egeria has planned, and without search, which it has dropped.',
    handle: async ({ platform }) => ({ services: platform.registeredServices() }),
  }),
  platformRoute({
    name: 'getConnectorType',
    method: 'GET',
    path: '/connector-types/{connectorProviderClassName}',
    answer: 'ConnectorTypeResponse',
    summary: 'Describe a connector',
    does: 'Takes class names of Egeria and names of definitions, of connectors that an instance hosts.',
    handle: async ({ catalogue }, { params }) => ({
      connectorType: await catalogue.connectorType(params.connectorProviderClassName ?? ''),
    }),
  }),
  ...['/servers', '/servers/active'].map((path) =>
    platformRoute({
      name: path === '/servers' ? 'getKnownServers' : 'getActiveServers',
      method: 'GET',
      path,
      answer: 'ServerListResponse',
      summary: 'List the servers',
      does: 'The one of this daemon.',
      handle: async ({ platform }) => ({ serverList: platform.servers() }),
    }),
  ),
  platformRoute({
    name: 'isServerKnown',
    method: 'GET',
    path: '/servers/{queriedServerName}/is-known',
    answer: 'BooleanResponse',
    summary: 'Ask whether there is a server of this name',
    does: 'True for the name of this daemon.',
    handle: async ({ platform }, { params }) => ({
      flag: platform.servers().includes(params.queriedServerName ?? ''),
    }),
  }),
  platformRoute({
    name: 'getServerStatus',
    method: 'GET',
    path: '/servers/{serverName}/status',
    answer: 'ServerStatusResponse',
    summary: 'Get since when a server runs',
    does: 'Of the replica of the daemon that answers.',
    handle: async ({ platform }) => platform.status(),
  }),
  platformRoute({
    name: 'getActiveServices',
    method: 'GET',
    path: '/servers/{serverName}/services',
    answer: 'ServerServicesListResponse',
    summary: 'List the services of a server',
    does: 'The integration services that are configured.',
    handle: async ({ platform, settings }) => ({
      serverName: settings.serverName,
      serverServicesList: await platform.runningServices(),
    }),
  }),
];

export const platformRoutes = [...running, ...queries];
