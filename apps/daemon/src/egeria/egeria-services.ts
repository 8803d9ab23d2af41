import { Inject, Injectable } from '@nestjs/common';
import { ConnectorCatalogue } from './connector-catalogue.js';
import { EgeriaConnectors } from './egeria-connectors.js';
import { EgeriaGroups } from './egeria-groups.js';
import { EgeriaRuntime } from './egeria-runtime.js';
import { EGERIA_SETTINGS, type EgeriaSettings } from './egeria-settings.js';
import { Platform } from './platform.js';
import { ServerConfiguration } from './server-configuration.js';
import { ServiceConfigurations } from './service-configurations.js';

/** What the routes of Egeria's interface call. */
@Injectable()
export class EgeriaServices {
  constructor(
    @Inject(EGERIA_SETTINGS) readonly settings: EgeriaSettings,
    @Inject(EgeriaConnectors) readonly connectors: EgeriaConnectors,
    @Inject(EgeriaRuntime) readonly runtime: EgeriaRuntime,
    @Inject(EgeriaGroups) readonly groups: EgeriaGroups,
    @Inject(ServiceConfigurations) readonly services: ServiceConfigurations,
    @Inject(ServerConfiguration) readonly server: ServerConfiguration,
    @Inject(ConnectorCatalogue) readonly catalogue: ConnectorCatalogue,
    @Inject(Platform) readonly platform: Platform,
  ) {}
}
