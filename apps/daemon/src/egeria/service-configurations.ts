import { Inject, Injectable } from '@nestjs/common';
import type { ConnectorConfiguration, ServiceName, Synchronization } from '@idaemon/contracts';
import type { Principal } from '../access/role.js';
import { ConnectorCommands } from '../commands/connector-commands.js';
import { ConnectorChecks } from '../configuration/connector-checks.js';
import { ConnectorConfigurations } from '../configuration/connector-configurations.js';
import { GatewayRepository } from '../configuration/gateway.repository.js';
import { DefinitionRepository } from '../definitions/definition.repository.js';
import type { Connection, ConnectorConfig, ServiceConfig, ServiceRequest } from './beans.js';
import {
  connectionBean,
  connectorBean,
  synchronizationBean,
  synchronizationOf,
  withoutNothing,
} from './connector-bean.js';
import { documentOf, nameOfConfig, placeInBean, type Translated } from './connector-document.js';
import { EgeriaConnectors, type EgeriaConnector } from './egeria-connectors.js';
import { EgeriaError } from './egeria-error.js';
import { EGERIA_SETTINGS, type EgeriaSettings } from './egeria-settings.js';
import { EgeriaRepository, type KeptService } from './egeria.repository.js';
import { gatewayNamed } from './gateway-named.js';
import { addressKeyOf } from './providers.js';
import {
  refuseBlocking,
  refuseOptions,
  refuseSecretsIn,
  refuseTaken,
  refuseTwice,
} from './service-refusals.js';
import { registeredServices, type RegisteredService } from './service-registry.js';

type Bean = Record<string, unknown>;

/** A service as it shall be: checked, not yet written. */
export interface Prepared {
  service: RegisteredService;
  kept: KeptService;
  connectors: Translated[];
}

/** The integration services of Egeria's configuration document: connectors of ours, service by service. */
@Injectable()
export class ServiceConfigurations {
  constructor(
    @Inject(EgeriaConnectors) private readonly connectors: EgeriaConnectors,
    @Inject(EgeriaRepository) private readonly kept: EgeriaRepository,
    @Inject(ConnectorChecks) private readonly checks: ConnectorChecks,
    @Inject(ConnectorConfigurations) private readonly configurations: ConnectorConfigurations,
    @Inject(ConnectorCommands) private readonly commands: ConnectorCommands,
    @Inject(DefinitionRepository) private readonly definitions: DefinitionRepository,
    @Inject(GatewayRepository) private readonly gateways: GatewayRepository,
    @Inject(EGERIA_SETTINGS) private readonly settings: EgeriaSettings,
  ) {}

  /** Those with connectors, and those that were configured without. */
  async configured(): Promise<RegisteredService[]> {
    const [byService, kept] = await Promise.all([this.connectors.byService(), this.kept.services()]);
    return registeredServices.filter(({ marker }) => byService.has(marker) || kept.has(marker));
  }

  async beans(): Promise<Bean[]> {
    const [byService, kept] = await Promise.all([this.connectors.byService(), this.kept.services()]);
    const beans: Bean[] = [];
    for (const service of registeredServices) {
      const connectors = byService.get(service.marker);
      const own = kept.get(service.marker);
      if (connectors || own) beans.push(await this.#bean(service, own, connectors ?? []));
    }
    return beans;
  }

  /** A service that is not configured is told with its defaults. */
  async bean(marker: string): Promise<Bean> {
    const service = this.connectors.configuredService(marker);
    const configured = (await this.beans()).find((bean) => bean.integrationServiceURLMarker === marker);
    return configured ?? registryBean(service);
  }

  /** Replaces what Egeria's interface has configured for one service. */
  async configure(
    marker: string,
    request: ServiceRequest | ServiceConfig,
    principal: Principal,
  ): Promise<void> {
    await this.#write(await this.#prepare(this.connectors.configuredService(marker), request), principal);
  }

  /** The same for all services: those that are not named have none any more. */
  async configureAll(configs: readonly ServiceConfig[], principal: Principal): Promise<void> {
    await this.writeAll(await this.prepareAll(configs), principal);
  }

  /** Checks all; nothing is written yet. */
  async prepareAll(configs: readonly ServiceConfig[]): Promise<Prepared[]> {
    const prepared: Prepared[] = [];
    for (const config of configs) prepared.push(await this.#prepare(this.serviceOf(config), config));
    refuseTwice(prepared.flatMap(({ connectors }) => connectors));
    return prepared;
  }

  async writeAll(prepared: readonly Prepared[], principal: Principal): Promise<void> {
    for (const one of prepared) await this.#write(one, principal);
    const named = prepared.map(({ service }) => service.marker);
    for (const { marker } of registeredServices) {
      if (!named.includes(marker)) await this.delete(marker, principal);
    }
  }

  serviceOf(config: ServiceConfig): RegisteredService {
    const byId = registeredServices.find(({ id }) => id === config.integrationServiceId);
    return byId ?? this.connectors.configuredService(config.integrationServiceURLMarker ?? '');
  }

  /** Its connectors that were configured by Egeria's interface; what they have catalogued stays. */
  async delete(marker: string, principal: Principal): Promise<void> {
    const { marker: service } = this.connectors.configuredService(marker);
    await this.#deleteOwn(service, () => true, principal);
    await this.kept.forgetService(service, principal);
  }

  async deleteAll(principal: Principal): Promise<void> {
    for (const { marker } of registeredServices) await this.delete(marker, principal);
  }

  /** Puts another connection in the place of a connector's. */
  async changeConnection(connectorName: string, connection: Connection, principal: Principal): Promise<void> {
    const connector = await this.connectors.named(connectorName);
    const { service: marker, gateway, synchronization, schedule } = connector.configuration;
    const service = this.connectors.service(marker);
    const definition = await this.#definition(connector);
    const bean = connectorBean(connector, definition) as ConnectorConfig;
    const named = connection.connectorType?.connectorProviderClassName;
    const { connectorType } = connectionBean(connector) as Connection;
    const whole = { ...connection, connectorType: named ? connection.connectorType : connectorType };
    const existing = connector.configuration;
    const surroundings = {
      service,
      gateway,
      synchronization,
      existing,
      serverName: this.settings.serverName,
    };
    const translated = documentOf(
      { ...bean, connection: whole },
      { ...surroundings, initialState: 'running' },
    );
    const document = { ...translated.document, ...withoutNothing({ schedule }), name: existing.name };
    await this.#check(document, connectorName);
    await this.configurations.put(existing.name, document, { revisions: [connector.revision] }, principal);
    // One that came another way stays one that lists of this interface do not delete.
    if (connector.kept)
      await this.kept.keepConnector(existing.name, { ...connector.kept, ...translated.kept });
  }

  async #prepare(service: RegisteredService, request: ServiceRequest | ServiceConfig): Promise<Prepared> {
    const { serverName } = this.settings;
    const { omagserverPlatformRootURL, omagserverName, integrationServiceOptions } = request;
    const method = 'configureIntegrationService';
    if (!omagserverPlatformRootURL) throw new EgeriaError('OMAG-ADMIN-400-039', [method, serverName]);
    if (!omagserverName) throw new EgeriaError('OMAG-ADMIN-400-040', [method, serverName]);
    refuseOptions(integrationServiceOptions ?? {}, service);
    const gateway = await gatewayNamed(this.gateways, omagserverName);
    const isDisabled =
      'integrationServiceOperationalStatus' in request &&
      request.integrationServiceOperationalStatus === 'DISABLED';
    const kept = { omagserverPlatformRootURL, omagserverName, isDisabled };
    refuseSecretsIn(kept, service.fullName);
    const existing = new Map((await this.connectors.list()).map((one) => [one.configuration.name, one]));
    const synchronization = defaultOf(request, service);
    const connectors: Translated[] = [];
    for (const config of request.integrationConnectorConfigs ?? []) {
      const before = existing.get(nameOfConfig(config, serverName));
      if (!config) continue;
      refuseTaken(config, before, service, existing);
      const initialState = isDisabled ? ('stopped' as const) : ('running' as const);
      const surroundings = { serverName, service, gateway, synchronization, initialState };
      const translated = documentOf(config, { ...surroundings, existing: before?.configuration });
      const definition = await this.#check(translated.document, translated.kept.connectorName);
      refuseBlocking(config, definition);
      refuseSecretsIn(translated.kept, translated.kept.connectorName);
      connectors.push(translated);
    }
    refuseTwice(connectors);
    return { service, kept, connectors };
  }

  async #write({ service, kept, connectors }: Prepared, principal: Principal): Promise<void> {
    const { marker } = service;
    await this.kept.keepService(marker, kept, principal);
    for (const { document, kept: keptOfOne } of connectors) {
      await this.configurations.put(document.name, document, {}, principal);
      await this.kept.keepConnector(document.name, keptOfOne);
      if (kept.isDisabled) await this.commands.changeState(document.name, 'stop', principal);
    }
    const names = connectors.map(({ document }) => document.name);
    await this.#deleteOwn(marker, (name) => !names.includes(name), principal);
  }

  async #deleteOwn(
    service: ServiceName,
    isMeant: (name: string) => boolean,
    principal: Principal,
  ): Promise<void> {
    const own = (await this.connectors.list({ service })).filter(({ kept }) => kept !== undefined);
    for (const { configuration } of own) {
      if (isMeant(configuration.name))
        await this.configurations.delete(configuration.name, 'keep', {}, principal);
    }
  }

  /** All that is wrong with a document, in the words of Egeria's beans; answers its definition, if it is known. */
  async #check(document: Translated['document'], connectorName: string) {
    const { errors } = await this.checks.check(document, document.name);
    const key = addressKeyOf(String(document.connector));
    const wrong = errors.map(({ path, message }) => ({ place: placeInBean(path, key), message }));
    const [first] = wrong;
    if (first) {
      const all = wrong.map(({ place, message }) => `${place} ${message}`).join('; ');
      throw new EgeriaError('IDAEMON-EGERIA-400-002', [connectorName, all], first.place);
    }
    const known = await this.definitions.ofService(document.service as ServiceName);
    return known.find(({ definition }) => definition.name === document.connector)?.definition;
  }

  async #definition({ configuration: { service, connector } }: { configuration: ConnectorConfiguration }) {
    const known = await this.definitions.ofService(service);
    return known.find(({ definition }) => definition.name === connector)?.definition;
  }

  async #bean(
    service: RegisteredService,
    kept: KeptService | undefined,
    connectors: readonly EgeriaConnector[],
  ) {
    const known = await this.definitions.ofService(service.marker);
    const definitionOf = ({ configuration }: EgeriaConnector) =>
      known.find(({ definition }) => definition.name === configuration.connector)?.definition;
    return withoutNothing({
      ...registryBean(service),
      integrationServiceOperationalStatus: kept?.isDisabled ? 'DISABLED' : 'ENABLED',
      integrationConnectorConfigs: connectors.map((one) => connectorBean(one, definitionOf(one))),
      omagserverPlatformRootURL: kept?.omagserverPlatformRootURL,
      omagserverName: kept?.omagserverName ?? connectors[0]?.configuration.gateway,
    });
  }
}

function registryBean(service: RegisteredService): Bean {
  return withoutNothing({
    class: 'IntegrationServiceConfig',
    integrationServiceId: service.id,
    integrationServiceDevelopmentStatus: service.status,
    integrationServiceContextManagerClass: service.contextManagerClass,
    integrationServiceName: service.name,
    integrationServiceFullName: service.fullName,
    integrationServiceURLMarker: service.marker,
    integrationServiceDescription: service.description,
    integrationServiceWiki: service.wiki,
    integrationServicePartnerOMAS: service.partner,
    defaultPermittedSynchronization: synchronizationBean(service.synchronization),
    integrationServiceOperationalStatus: 'ENABLED',
  });
}

function defaultOf(request: ServiceRequest | ServiceConfig, service: RegisteredService): Synchronization {
  const given =
    'defaultPermittedSynchronization' in request ? request.defaultPermittedSynchronization : undefined;
  return synchronizationOf(given ?? '') ?? service.synchronization;
}
