import type { Provider } from '@nestjs/common';
import { ENVIRONMENT } from '@idaemon/service-runtime';
import { ConnectorCatalogue } from './connector-catalogue.js';
import { EgeriaConnectors } from './egeria-connectors.js';
import { EgeriaGroups } from './egeria-groups.js';
import { EgeriaRuntime } from './egeria-runtime.js';
import { EgeriaServices } from './egeria-services.js';
import { EGERIA_SETTINGS, egeriaSettings } from './egeria-settings.js';
import { EgeriaRepository } from './egeria.repository.js';
import { Platform } from './platform.js';
import { ServerConfiguration } from './server-configuration.js';
import { ServiceConfigurations } from './service-configurations.js';

/** Egeria's own administration and runtime interface. */
export const egeriaProviders: Provider[] = [
  { provide: EGERIA_SETTINGS, inject: [ENVIRONMENT], useFactory: egeriaSettings },
  ConnectorCatalogue,
  EgeriaConnectors,
  EgeriaGroups,
  EgeriaRepository,
  EgeriaRuntime,
  EgeriaServices,
  Platform,
  ServerConfiguration,
  ServiceConfigurations,
];
