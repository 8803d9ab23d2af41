/** The twelve integration services (OMIS), their partner OMAS and default ports (design §4). */
import { z } from 'zod';

export const integrationServices = {
  'analytics-integrator': { partner: 'Data Science', port: 7410 },
  'api-integrator': { partner: 'Data Manager', port: 7411 },
  'catalog-integrator': { partner: 'Asset Manager', port: 7412 },
  'database-integrator': { partner: 'Data Manager', port: 7413 },
  'display-integrator': { partner: 'Data Manager', port: 7414 },
  'files-integrator': { partner: 'Data Manager', port: 7415 },
  'infrastructure-integrator': { partner: 'IT Infrastructure', port: 7416 },
  'lineage-integrator': { partner: 'Asset Manager', port: 7417 },
  'organization-integrator': { partner: 'Community Profile', port: 7418 },
  'security-integrator': { partner: 'Security Manager', port: 7419 },
  'stewardship-integrator': { partner: 'Stewardship Action', port: 7420 },
  'topic-integrator': { partner: 'Data Manager', port: 7421 },
} as const;

export type ServiceName = keyof typeof integrationServices;
export const serviceNames = Object.keys(integrationServices) as [ServiceName, ...ServiceName[]];
export const ServiceName = z.enum(serviceNames);

export const defaultPorts = { daemon: 7400, gateway: 7401 } as const;
