/** Egeria's runtime interface of a daemon: status, refresh, restart, properties. */
import { Connection, NameBody, PropertiesUpdate, TextBody } from './beans.js';
import { EgeriaError } from './egeria-error.js';
import { bodyOf, route, type Declared, type EgeriaRoute } from './route.js';

const base = '/servers/{serverName}/open-metadata/integration-daemon';

type Runtime = Omit<Declared, 'family' | 'path'> & { path: string; since?: 6 };

/** Egeria 4.3 has the user in the path; newer ones say in the query for whom they work, if for somebody else. */
function bothForms({ since, ...declared }: Runtime): EgeriaRoute[] {
  const { name, path, query = [] } = declared;
  const newer = route({
    ...declared,
    family: 'runtime',
    name: `${name}WithoutUser`,
    path: `${base}${path}`,
    query: [...query, 'delegatingUserId'],
  });
  const older = route({ ...declared, family: 'runtime', path: `${base}/users/{userId}${path}` });
  return since === 6 ? [newer] : [older, newer];
}

const does = {
  refresh: 'Asks for a run and answers at once; the run is at /api/connectors/{name}/runs.',
  restart: 'Stops and starts; one that is named starts from any state, also from stopped and paused.',
};
const passedOver =
  'Those for which it is impossible (stopped, paused, without a refresh) are named in actionDescription.';

const declared: Runtime[] = [
  {
    name: 'getIntegrationDaemonStatus',
    method: 'GET',
    path: '/status',
    answer: 'IntegrationDaemonStatusResponse',
    summary: 'Get the status of all connectors, by service and group',
    does: 'All connectors, however they were configured. Connections show references in place of secrets. INITIALIZE_FAILED: is tried again by itself (statistics.nextTryTime); FAILED and CONFIG_FAILED: need a person; STOPPED: stopped or paused. lastRefreshTime is the end of the last refresh that ran.',
    handle: ({ runtime }) => runtime.status(),
  },
  {
    name: 'getConfigurationProperties',
    method: 'GET',
    path: '/integration-connectors/{connectorName}/configuration-properties',
    answer: 'PropertiesResponse',
    summary: "Get a connector's configuration properties",
    does: 'The keys of `config` but the one that is the endpoint. Never waits for the connector.',
    handle: ({ runtime }, { params }) => runtime.properties(params.connectorName ?? ''),
  },
  {
    name: 'updateConfigurationProperties',
    method: 'POST',
    path: '/integration-connectors/configuration-properties',
    access: 'administrator',
    body: PropertiesUpdate,
    summary: "Change a connector's configuration properties",
    does: 'A new revision of its document: stored, checked by its definition, taken up at once. Unknown properties are refused.',
    handle: async ({ runtime }, { body, principal }) => {
      const method = 'updateConfigurationProperties';
      const update = bodyOf(PropertiesUpdate, body, new EgeriaError('OMAG-COMMON-400-017', [method]));
      if (!update.connectorName)
        throw new EgeriaError('OMAG-COMMON-400-006', ['connectorName', method], 'connectorName');
      await runtime.updateProperties(update, principal);
      return {};
    },
  },
  {
    name: 'updateEndpointNetworkAddress',
    since: 6,
    method: 'POST',
    path: '/integration-connectors/{connectorName}/endpoint-network-address',
    access: 'administrator',
    body: TextBody,
    summary: "Change the address of a connector's endpoint",
    does: 'A new revision of its document. Refused for connectors without an endpoint.',
    handle: async ({ runtime }, { params, body, principal }) => {
      const { string } = bodyOf(
        TextBody,
        body,
        new EgeriaError('OMAG-COMMON-400-017', ['updateEndpointNetworkAddress']),
      );
      const name = params.connectorName ?? '';
      if (!string)
        throw new EgeriaError('OMAG-COMMON-400-006', ['string', 'updateEndpointNetworkAddress'], 'string');
      await runtime.updateAddress(name, string, principal);
      return {};
    },
  },
  {
    name: 'updateConnectorConnection',
    since: 6,
    method: 'POST',
    path: '/integration-connectors/{connectorName}/connection',
    access: 'administrator',
    body: Connection,
    summary: 'Replace the connection of a connector',
    does: 'A new revision of its document. Passwords are refused; securedProperties take references.',
    handle: async ({ services }, { params, body, principal }) => {
      const missing = new EgeriaError('OMAG-COMMON-400-017', ['updateConnectorConnection']);
      await services.changeConnection(
        params.connectorName ?? '',
        bodyOf(Connection, body, missing),
        principal,
      );
      return {};
    },
  },
  ...(['refresh', 'restart'] as const).map((verb): Runtime => ({
    name: `${verb}Connectors`,
    method: 'POST',
    path: `/integration-connectors/${verb}`,
    access: 'operator',
    body: NameBody,
    summary: `${verb === 'refresh' ? 'Refresh' : 'Restart'} one connector or all`,
    does: `${does[verb]} ${passedOver}`,
    handle: async ({ runtime }, { body, principal }) =>
      toldOf(await runtime[verb]({ connectorName: nameIn(body) }, principal)),
  })),
  ...(['refresh', 'restart'] as const).map((verb): Runtime => ({
    name: `${verb}Service`,
    method: 'POST',
    path: `/integration-services/{serviceURLMarker}/${verb}`,
    access: 'operator',
    body: NameBody,
    summary: `${verb === 'refresh' ? 'Refresh' : 'Restart'} one connector of a service or all`,
    does: `${does[verb]} ${passedOver}`,
    handle: async ({ connectors, runtime }, { params, body, principal }) => {
      const service = connectors.service(params.serviceURLMarker ?? '');
      return toldOf(await runtime[verb]({ connectorName: nameIn(body), service }, principal));
    },
  })),
  {
    name: 'getIntegrationServicesSummaries',
    method: 'GET',
    path: '/integration-services/summary',
    answer: 'IntegrationServiceSummaryResponse',
    summary: 'Get the status of all connectors, by service',
    does: 'The services with connectors, and those that were configured without.',
    handle: async ({ runtime }) => ({ integrationServiceSummaries: await runtime.serviceSummaries() }),
  },
  {
    name: 'getIntegrationGroupSummary',
    method: 'GET',
    path: '/integration-groups/{integrationGroupName}/summary',
    answer: 'IntegrationGroupSummaryResponse',
    summary: 'Get the status of the connectors of a group',
    does: 'The members that the group has at /api/groups.',
    handle: async ({ runtime }, { params }) => ({
      integrationGroupSummary: await runtime.groupSummary(params.integrationGroupName ?? ''),
    }),
  },
  {
    name: 'getIntegrationGroupSummaries',
    method: 'GET',
    path: '/integration-groups/summary',
    answer: 'IntegrationGroupSummariesResponse',
    summary: 'Get the status of the connectors of all groups',
    does: 'The members that the groups have at /api/groups.',
    handle: async ({ runtime }) => {
      const summaries = await runtime.groupSummaries();
      return summaries.length ? { integrationGroupSummaries: summaries } : {};
    },
  },
  {
    name: 'refreshIntegrationGroupConfig',
    method: 'GET',
    path: '/integration-groups/{integrationGroupName}/refresh-config',
    summary: 'Read the configuration of a group again',
    does: 'Only says whether there is such a group: what is configured here is in force at once, so there is nothing to read again.',
    handle: async ({ groups }, { params }) => {
      await groups.named(params.integrationGroupName ?? '');
      return {};
    },
  },
];

export const runtimeRoutes: readonly EgeriaRoute[] = declared.flatMap(bothForms);

function nameIn(body: unknown): string | undefined {
  return bodyOf(NameBody, body).name ?? undefined;
}

function toldOf(passedOver: readonly string[]): Record<string, unknown> {
  return passedOver.length ? { actionDescription: `Passed over: ${passedOver.join('; ')}` } : {};
}
