/** Egeria's connector providers by class name, with the definition of ours that does their work. */
import type { ServiceName } from '@idaemon/contracts';

export interface KnownProvider {
  className: string;
  service: ServiceName;
  /** Of Egeria's connector type. */
  guid: string;
  qualifiedName: string;
  componentId: number;
  /** Undefined: known to Egeria, and without a counterpart here. */
  definition?: string;
  /** Properties that say what our connector does in any case: taken, and nothing to store. */
  alwaysSo?: readonly string[];
}

const integration = 'org.odpi.openmetadata.adapters.connectors.integration';

export const knownProviders: readonly KnownProvider[] = [
  {
    className: `${integration}.basicfiles.DataFilesMonitorIntegrationProvider`,
    service: 'files-integrator',
    guid: 'bbbd2213-dee1-4a21-8951-68f0f6d35eb7',
    qualifiedName: 'Egeria:IntegrationConnector:Files:DataFilesMonitor',
    componentId: 650,
    definition: 'folder',
    alwaysSo: ['allowCatalogDelete'],
  },
  {
    className: `${integration}.basicfiles.DataFolderMonitorIntegrationProvider`,
    service: 'files-integrator',
    guid: '6718d248-5e0c-4e32-9d38-187318caea70',
    qualifiedName: 'Egeria:IntegrationConnector:Files:DataFolderMonitor',
    componentId: 651,
    definition: 'folder',
    alwaysSo: ['allowCatalogDelete'],
  },
  {
    className: `${integration}.jdbc.JDBCIntegrationConnectorProvider`,
    service: 'database-integrator',
    guid: '49cd6772-1efd-40bb-a1d9-cc9460962ff6',
    qualifiedName: 'Egeria:IntegrationConnector:Database:JDBC',
    componentId: 661,
    definition: 'postgresql',
  },
  {
    className: `${integration}.kafka.KafkaMonitorIntegrationProvider`,
    service: 'topic-integrator',
    guid: '431ba4e6-5479-4de5-bf9a-7f822bda7fc6',
    qualifiedName: 'Egeria:IntegrationConnector:Topics:KafkaMonitor',
    componentId: 652,
  },
  {
    className: `${integration}.openapis.OpenAPIMonitorIntegrationProvider`,
    service: 'api-integrator',
    guid: '4cf65dbf-0808-4968-819b-6a49a9fe537a',
    qualifiedName: 'Egeria:IntegrationConnector:APIs:OpenAPISpecificationMonitor',
    componentId: 653,
  },
  ...lineage('APIBasedOpenLineageLogStore', '88fc3777-19a3-4b17-b8fc-09c29e04f7d1', 654),
  ...lineage('FileBasedOpenLineageLogStore', '2cb5763e-9c67-4e81-be2b-883dd20ae93e', 655),
  ...lineage('GovernanceActionOpenLineage', 'de7320e7-3928-4266-8552-06a860533b99', 656, 'Integration'),
  ...lineage('OpenLineageCataloguer', '60c80f78-552d-42e3-b0a4-00131869996a', 657, 'Integration'),
  ...lineage('OpenLineageEventReceiver', '20a7cfe0-e2c1-4ce6-9c06-2d7005553d23', 658, 'Integration'),
  {
    className: `${integration}.apacheatlas.ApacheAtlasIntegrationProvider`,
    service: 'catalog-integrator',
    guid: 'aeca7da2-80c1-4e2a-baa5-8c30472be766',
    qualifiedName: 'Egeria:IntegrationConnector:Catalog:ApacheAtlas',
    componentId: 659,
  },
  {
    className: `${integration}.egeria.EgeriaCataloguerIntegrationProvider`,
    service: 'infrastructure-integrator',
    guid: '4bdb586e-2845-40ff-9457-f52e59fbde13',
    qualifiedName: 'Egeria:DevProjects:IntegrationConnector:Infrastructure:Egeria',
    componentId: 700,
  },
];

function lineage(name: string, guid: string, componentId: number, infix = ''): KnownProvider[] {
  return [
    {
      className: `${integration}.openlineage.${name}${infix}Provider`,
      service: 'lineage-integrator',
      guid,
      qualifiedName: `Egeria:IntegrationConnector:Lineage:${name}`,
      componentId,
    },
  ];
}

export function knownProvider(className: string): KnownProvider | undefined {
  return knownProviders.find((provider) => provider.className === className);
}

/** The key of a definition's `config` that holds what an endpoint's address is to Egeria. */
const addressKeys: Readonly<Record<string, string>> = {
  folder: 'path',
  'csv-folder': 'folder',
  postgresql: 'url',
};

export function addressKeyOf(definition: string): string | undefined {
  return addressKeys[definition];
}
