/** Of each integration service: is this a connector for it? */
import { route, type EgeriaRoute } from './route.js';

const does =
  'Takes the class names of Egeria that the table below lists, and the names of definitions. Nothing is tried out: the instances of the service have said what they host.';

export const validateRoutes: readonly EgeriaRoute[] = [
  route({
    name: 'validateConnector',
    method: 'GET',
    path: '/servers/{serverName}/open-metadata/integration-services/{serviceURLMarker}/users/{userId}/validate-connector/{connectorProviderClassName}',
    family: 'runtime',
    answer: 'ConnectorReportResponse',
    summary: 'Describe a connector and check that it is one for the integration service',
    does,
    handle: async ({ catalogue, connectors }, { params }) => {
      const service = connectors.service(params.serviceURLMarker ?? '');
      return { connectorReport: await catalogue.validate(params.connectorProviderClassName ?? '', service) };
    },
  }),
  route({
    name: 'validateConnectorOfAnyService',
    method: 'GET',
    path: '/servers/{serverName}/open-metadata/integration-daemon/validate-connector/{connectorProviderClassName}',
    family: 'runtime',
    answer: 'ConnectorReportResponse',
    query: ['delegatingUserId'],
    summary: 'Describe a connector',
    does: 'The same for newer tools, which know no services.',
    handle: async ({ catalogue }, { params }) => ({
      connectorReport: await catalogue.validate(params.connectorProviderClassName ?? '', undefined),
    }),
  }),
];
