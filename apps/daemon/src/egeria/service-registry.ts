/** The twelve integration services as Egeria's registry knows them: codes, names, defaults. */
import type { ServiceName, Synchronization } from '@idaemon/contracts';

export interface RegisteredService {
  /** Egeria's code. */
  id: number;
  name: string;
  fullName: string;
  marker: ServiceName;
  partner: string;
  status: 'TECHNICAL_PREVIEW' | 'IN_DEVELOPMENT';
  synchronization: Synchronization;
  description: string;
  wiki: string;
  /** What an Egeria would load for it; here for documents that are copied to one. */
  contextManagerClass?: string;
}

type Facts = [number, string, RegisteredService['status'], Synchronization, string, string];

/** Stewardship has no code in Egeria 4.3; 612 is the first that Egeria has not given away. */
const facts: Record<ServiceName, Facts> = {
  'catalog-integrator': [
    600,
    'Asset Manager OMAS',
    'IN_DEVELOPMENT',
    'both-directions',
    'Catalog',
    'Exchanges metadata with data catalogs.',
  ],
  'api-integrator': [
    601,
    'Data Manager OMAS',
    'TECHNICAL_PREVIEW',
    'from-third-party',
    'API',
    'Catalogues the APIs of API gateways.',
  ],
  'topic-integrator': [
    602,
    'Data Manager OMAS',
    'TECHNICAL_PREVIEW',
    'from-third-party',
    'Topic',
    'Catalogues the topics of event brokers.',
  ],
  'display-integrator': [
    603,
    'Data Manager OMAS',
    'TECHNICAL_PREVIEW',
    'from-third-party',
    'Display',
    'Catalogues what applications show to people.',
  ],
  'database-integrator': [
    604,
    'Data Manager OMAS',
    'TECHNICAL_PREVIEW',
    'from-third-party',
    'Database',
    'Catalogues schemas, tables and columns of databases.',
  ],
  'files-integrator': [
    605,
    'Data Manager OMAS',
    'TECHNICAL_PREVIEW',
    'from-third-party',
    'Files',
    'Catalogues files and folders.',
  ],
  'lineage-integrator': [
    606,
    'Asset Manager OMAS',
    'IN_DEVELOPMENT',
    'from-third-party',
    'Lineage',
    'Catalogues the lineage that tools report.',
  ],
  'organization-integrator': [
    607,
    'Community Profile OMAS',
    'IN_DEVELOPMENT',
    'from-third-party',
    'Organization',
    'Catalogues the people and teams of an organization.',
  ],
  'security-integrator': [
    608,
    'Security Manager OMAS',
    'IN_DEVELOPMENT',
    'to-third-party',
    'Security',
    'Hands security properties to those who enforce them.',
  ],
  'analytics-integrator': [
    609,
    'Data Science OMAS',
    'IN_DEVELOPMENT',
    'both-directions',
    'Analytics',
    'Exchanges metadata with analytics tools.',
  ],
  'infrastructure-integrator': [
    611,
    'IT Infrastructure OMAS',
    'IN_DEVELOPMENT',
    'both-directions',
    'Infrastructure',
    'Exchanges metadata about hosts, platforms and servers.',
  ],
  'stewardship-integrator': [
    612,
    'Stewardship Action OMAS',
    'IN_DEVELOPMENT',
    'both-directions',
    'Stewardship',
    'Exchanges stewardship requests with tools that manage the tasks of people.',
  ],
};

export const registeredServices: readonly RegisteredService[] = Object.entries(facts).map(
  ([marker, [id, partner, status, synchronization, name, description]]) => ({
    id,
    name: `${name} Integrator`,
    fullName: `${name} Integrator OMIS`,
    marker: marker as ServiceName,
    partner,
    status,
    synchronization,
    description,
    wiki: `https://egeria-project.org/services/omis/${marker}/overview/`,
    ...(id === 612 ? {} : { contextManagerClass: contextManagerClass(name) }),
  }),
);

export function registeredService(marker: string): RegisteredService | undefined {
  return registeredServices.find((service) => service.marker === marker);
}

function contextManagerClass(name: string): string {
  return `org.odpi.openmetadata.integrationservices.${name.toLowerCase()}.contextmanager.${name}IntegratorContextManager`;
}
