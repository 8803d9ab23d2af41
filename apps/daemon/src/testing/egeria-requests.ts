/** For specs: what Egeria's configuration tools send. */
import type { Bean } from './egeria-client.js';

export const adapters = 'org.odpi.openmetadata.adapters.connectors';
export const filesMonitor = `${adapters}.integration.basicfiles.DataFilesMonitorIntegrationProvider`;
export const done = { class: 'VoidResponse', relatedHTTPCode: 200 };

export function monitor(change: Bean = {}, connection: Bean = {}): Bean {
  return {
    class: 'IntegrationConnectorConfig',
    connectorName: 'FilesMonitor',
    connectorUserId: 'intd1npa',
    connection: {
      class: 'Connection',
      qualifiedName: 'Connection:FilesMonitor',
      connectorType: { class: 'ConnectorType', connectorProviderClassName: filesMonitor },
      endpoint: { class: 'Endpoint', address: '/data/landing' },
      ...connection,
    },
    metadataSourceQualifiedName: 'FilesSource',
    refreshTimeInterval: '60',
    usesBlockingCalls: 'false',
    ...change,
  };
}

export function service(connectors?: Bean[], change: Bean = {}): Bean {
  return {
    class: 'IntegrationServiceRequestBody',
    omagserverPlatformRootURL: 'https://mas.example:9443',
    omagserverName: 'default',
    integrationServiceOptions: {},
    ...(connectors ? { integrationConnectorConfigs: connectors } : {}),
    ...change,
  };
}
