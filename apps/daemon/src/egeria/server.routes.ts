/** Egeria's configuration of the server itself, and the platform that it runs on. */
import { NullBody, ServerConfig, Text, UrlBody } from './beans.js';
import { adminBase, missingBody } from './configuration.routes.js';
import { EgeriaError } from './egeria-error.js';
import type { KeptServer } from './egeria.repository.js';
import { bodyOf, route, unsupported, type Declared, type EgeriaRoute } from './route.js';
import { consoleDestination } from './server-configuration.js';

function adminRoute({ path, ...declared }: Omit<Declared, 'family'>): EgeriaRoute {
  return route({ ...declared, family: 'admin', path: `${adminBase}${path}` });
}

const onlyDescribes =
  'Stored and answered with the document; it describes the server and changes nothing that it does.';

/** A value in the query that describes the server. */
function describing(
  path: string,
  query: string,
  key: Exclude<keyof KeptServer, 'maxPageSize'>,
  why = '',
): EgeriaRoute {
  return adminRoute({
    name: `set${key.charAt(0).toUpperCase()}${key.slice(1)}`,
    method: 'POST',
    path,
    query: [query],
    access: 'administrator',
    summary: `Set ${key} of the document`,
    does: [onlyDescribes, why].filter(Boolean).join(' '),
    handle: async ({ server }, call) => {
      await server.describe({ [key]: textOrNull(call.query[query]) }, call.principal);
      return {};
    },
  });
}

/** An empty text clears a value. */
function textOrNull(text: string | null | undefined): string | null {
  return text === '' || text === undefined ? null : text;
}

const descriptions: readonly EgeriaRoute[] = [
  describing('/server-type', 'typeName', 'localServerType'),
  describing('/organization-name', 'name', 'organizationName'),
  describing('/server-url-root', 'url', 'localServerURL'),
  describing('/server-user-id', 'id', 'localServerUserId', "Metadata is changed in the gateway's name."),
  adminRoute({
    name: 'setServerURLRoot',
    method: 'POST',
    path: '/server-url-root-for-caller',
    access: 'administrator',
    body: UrlBody,
    summary: 'Set localServerURL of the document',
    does: onlyDescribes,
    handle: async (egeria, { body, principal }) => {
      const { urlRoot } = bodyOf(UrlBody, body, missingBody('setServerURLRoot')(egeria));
      await egeria.server.describe({ localServerURL: textOrNull(urlRoot) }, principal);
      return {};
    },
  }),
  adminRoute({
    name: 'setServerDescription',
    method: 'POST',
    path: '/server-description',
    access: 'administrator',
    body: Text,
    summary: 'Set localServerDescription of the document',
    does: `${onlyDescribes} The body is plain text or a JSON text.`,
    handle: async ({ server }, { body, principal }) => {
      const localServerDescription = textOrNull(bodyOf(Text, body ?? ''));
      await server.describe({ localServerDescription }, principal);
      return {};
    },
  }),
  adminRoute({
    name: 'setMaxPageSize',
    method: 'POST',
    path: '/max-page-size',
    query: ['limit'],
    access: 'administrator',
    summary: 'Set maxPageSize of the document',
    does: `${onlyDescribes} Whole numbers above 0 only.`,
    handle: async ({ server }, { query, principal }) => {
      const maxPageSize = Number(query.limit ?? NaN);
      server.checkPageSize(maxPageSize);
      await server.describe({ maxPageSize }, principal);
      return {};
    },
  }),
];

const documents: readonly EgeriaRoute[] = [
  adminRoute({
    name: 'getStoredConfiguration',
    method: 'GET',
    path: '/configuration',
    answer: 'OMAGServerConfigResponse',
    summary: 'Get the configuration document',
    does: 'Made from what is configured, in whichever way it came. auditTrail: the last 100 changes; all are at /api/audit.',
    handle: async ({ server }) => ({ omagserverConfig: await server.document() }),
  }),
  adminRoute({
    name: 'setOMAGServerConfig',
    method: 'POST',
    path: '/configuration',
    access: 'administrator',
    body: ServerConfig,
    summary: 'Replace the configuration document',
    does: 'Services and groups as by their lists. Refused with what a daemon does not run, with passwords, an event bus, a security connector, or an audit log destination other than the console.',
    handle: async ({ server, settings }, { body, principal }) => {
      const missing = new EgeriaError('OMAG-ADMIN-400-009', [settings.serverName]);
      await server.replace(bodyOf(ServerConfig, body, missing), principal);
      return {};
    },
  }),
  adminRoute({
    name: 'clearOMAGServerConfig',
    method: 'DELETE',
    path: '/configuration',
    access: 'administrator',
    summary: 'Delete the configuration document',
    does: 'Deletes connectors and groups that came by this interface, and what describes the server; what was catalogued stays. Doing it again is no error.',
    handle: async ({ server }, { principal }) => {
      await server.delete(principal);
      return {};
    },
  }),
  adminRoute({
    name: 'getServerTypeClassification',
    method: 'GET',
    path: '/server-type-classification',
    answer: 'ServerClassificationResponse',
    summary: 'Get what kind of server this is',
    does: 'Always an integration daemon.',
    handle: async ({ platform }) => ({ serverTypeClassification: platform.classification() }),
  }),
  adminRoute({
    name: 'getAuditLogDestinations',
    method: 'GET',
    path: '/audit-log-destinations',
    answer: 'ConnectionListResponse',
    summary: 'List where the log goes',
    does: 'The standard output of the daemon, the only one.',
    handle: async () => ({ connections: [consoleDestination] }),
  }),
  adminRoute({
    name: 'setDefaultAuditLog',
    method: 'POST',
    path: '/audit-log-destinations/default',
    access: 'administrator',
    body: NullBody,
    summary: 'Log to the console',
    does: 'So it is already; nothing changes.',
    handle: async () => ({}),
  }),
  route({
    name: 'getAllStoredConfigurations',
    method: 'GET',
    path: '/open-metadata/admin-services/users/{userId}/configurations',
    family: 'admin',
    answer: 'OMAGServerConfigsResponse',
    summary: 'Get all configuration documents',
    does: 'The one of this daemon.',
    handle: async ({ server }) => ({ omagserverConfigs: [await server.document()] }),
  }),
];

const operator = { family: 'admin', access: 'administrator' } as const;
const verbs = { POST: 'set', GET: 'get', DELETE: 'clear' };
const onStandardOutput = 'the daemon logs to its standard output';
const noBus = 'the daemon has no event bus of its own';

const missing: readonly EgeriaRoute[] = [
  ...['console', 'slf4j', 'files', 'event-topic', 'connection'].map((kind) =>
    unsupported({
      ...operator,
      name: `add${kind.charAt(0).toUpperCase()}${kind.slice(1).replace('-t', 'T')}AuditLogDestination`,
      method: 'POST',
      path: `${adminBase}/audit-log-destinations/${kind}`,
      why: onStandardOutput,
    }),
  ),
  ...(['POST', 'DELETE'] as const).map((method) =>
    unsupported({
      ...operator,
      name: `${verbs[method]}AuditLogDestination`,
      method,
      path: `${adminBase}/audit-log-destinations/connection/{connectionName}`,
      why: onStandardOutput,
    }),
  ),
  ...(['POST', 'DELETE'] as const).map((method) =>
    unsupported({
      ...operator,
      name: `${verbs[method]}AuditLogDestinations`,
      method,
      path: `${adminBase}/audit-log-destinations`,
      why: onStandardOutput,
    }),
  ),
  unsupported({
    ...operator,
    name: 'setLocalServerPassword',
    method: 'POST',
    path: `${adminBase}/server-user-password`,
    why: 'no password is taken, least of all in a URL; the gateway has its own credentials',
  }),
  ...(['POST', 'GET', 'DELETE'] as const).flatMap((method) => [
    unsupported({
      ...operator,
      name: `${verbs[method]}EventBus`,
      method,
      path: `${adminBase}/event-bus`,
      ...(method === 'GET' ? { answer: 'EventBusConfigResponse', access: 'viewer' } : {}),
      why: noBus,
    }),
    unsupported({
      ...operator,
      name: `${verbs[method]}ServerSecurityConnection`,
      method,
      path: `${adminBase}/security/connection`,
      ...(method === 'GET' ? { answer: 'ConnectionResponse', access: 'viewer' } : {}),
      why: 'tokens with roles say who may do what, at /api/tokens',
    }),
    unsupported({
      ...operator,
      name: `${verbs[method]}ConfigurationStoreConnection`,
      method,
      path: '/open-metadata/admin-services/users/{userId}/stores/connection',
      ...(method === 'GET' ? { answer: 'ConnectionResponse', access: 'viewer' } : {}),
      why: 'the configuration is in Postgres, at IDAEMON_POSTGRES_URL',
    }),
  ]),
  unsupported({
    ...operator,
    name: 'deployOMAGServerConfig',
    method: 'POST',
    path: `${adminBase}/configuration/deploy`,
    why: 'the daemon sends its configuration nowhere; read the document and send it',
  }),
];

export const serverRoutes = [...documents, ...descriptions, ...missing];
