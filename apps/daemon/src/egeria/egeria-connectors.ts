import { Inject, Injectable } from '@nestjs/common';
import type { ServiceName } from '@idaemon/contracts';
import {
  ConnectorRepository,
  type ConnectorFilter,
  type StoredConnector,
} from '../configuration/connector.repository.js';
import type { Kept } from './connector-bean.js';
import { EgeriaError } from './egeria-error.js';
import { EGERIA_SETTINGS, type EgeriaSettings } from './egeria-settings.js';
import { EgeriaRepository } from './egeria.repository.js';
import { registeredServices, type RegisteredService } from './service-registry.js';

export type EgeriaConnector = StoredConnector & { kept?: Kept };

const pageSize = 1_000;

/** Connectors with what Egeria's interface knows of them: those that came by it, and all others. */
@Injectable()
export class EgeriaConnectors {
  constructor(
    @Inject(ConnectorRepository) private readonly connectors: ConnectorRepository,
    @Inject(EgeriaRepository) private readonly egeria: EgeriaRepository,
    @Inject(EGERIA_SETTINGS) private readonly settings: EgeriaSettings,
  ) {}

  async list(filter: ConnectorFilter = {}): Promise<EgeriaConnector[]> {
    const kept = await this.egeria.connectors();
    const all: EgeriaConnector[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await this.connectors.list(filter, { pageSize, cursor });
      all.push(...page.items.map((one) => ({ ...one, kept: kept.get(one.configuration.name) })));
      if (page.next === null) return all;
      cursor = page.next;
    }
  }

  async byService(): Promise<Map<ServiceName, EgeriaConnector[]>> {
    const byService = new Map<ServiceName, EgeriaConnector[]>();
    for (const connector of await this.list()) {
      const { service } = connector.configuration;
      byService.set(service, [...(byService.get(service) ?? []), connector]);
    }
    return byService;
  }

  /** The one that a tool names, within a service if it says one. */
  async named(connectorName: string, service?: RegisteredService): Promise<EgeriaConnector> {
    const name = await this.egeria.connectorNamed(connectorName);
    const [found] = name === undefined ? [] : await this.list({ names: [name] });
    if (found && (!service || found.configuration.service === service.marker)) return found;
    const where = service?.fullName ?? `the integration daemon ${this.settings.serverName}`;
    throw new EgeriaError('INTEGRATION-DAEMON-SERVICES-400-031', [connectorName, where], 'connectorName');
  }

  /** Of a running daemon. */
  service(marker: string): RegisteredService {
    return this.#service(marker, 'INTEGRATION-DAEMON-SERVICES-400-030');
  }

  /** Of a configuration. */
  configuredService(marker: string): RegisteredService {
    return this.#service(marker, 'INTEGRATION-DAEMON-SERVICES-400-010');
  }

  #service(
    marker: string,
    id: 'INTEGRATION-DAEMON-SERVICES-400-010' | 'INTEGRATION-DAEMON-SERVICES-400-030',
  ): RegisteredService {
    const found = registeredServices.find((service) => service.marker === marker);
    if (found) return found;
    const { serverName } = this.settings;
    const markers = registeredServices.map((service) => service.marker).join(', ');
    const names = id === 'INTEGRATION-DAEMON-SERVICES-400-030' ? [serverName, marker] : [marker, serverName];
    throw new EgeriaError(id, [...names, markers], 'serviceURLMarker');
  }
}
