import { Inject, Injectable } from '@nestjs/common';
import { ConflictError, type ConnectorStatus } from '@idaemon/contracts';
import type { Principal } from '../access/role.js';
import { ConnectorCommands } from '../commands/connector-commands.js';
import { ConnectorConfigurations } from '../configuration/connector-configurations.js';
import { ConnectorStatusRepository } from '../ownership/connector-status.repository.js';
import type { PropertiesUpdate } from './beans.js';
import { configFrom, withAddress } from './connection-config.js';
import { connectorNameOf, nonEmpty, propertiesOf, withoutNothing } from './connector-bean.js';
import { connectorReport } from './connector-report.js';
import { EgeriaConnectors, type EgeriaConnector } from './egeria-connectors.js';
import { EgeriaError } from './egeria-error.js';
import { EgeriaGroups } from './egeria-groups.js';
import { EgeriaRepository } from './egeria.repository.js';
import { addressKeyOf, knownProvider } from './providers.js';
import { registeredServices, type RegisteredService } from './service-registry.js';

type Bean = Record<string, unknown>;

/** What Egeria's runtime interface asks of a running integration daemon. */
@Injectable()
export class EgeriaRuntime {
  constructor(
    @Inject(EgeriaConnectors) private readonly connectors: EgeriaConnectors,
    @Inject(EgeriaGroups) private readonly groups: EgeriaGroups,
    @Inject(EgeriaRepository) private readonly kept: EgeriaRepository,
    @Inject(ConnectorStatusRepository) private readonly statuses: ConnectorStatusRepository,
    @Inject(ConnectorCommands) private readonly commands: ConnectorCommands,
    @Inject(ConnectorConfigurations) private readonly configurations: ConnectorConfigurations,
  ) {}

  /** For the tools of Egeria 4.3, which has services, and of newer ones, which have not. */
  async status(): Promise<Bean> {
    const [services, groups] = await Promise.all([this.serviceSummaries(), this.groupSummaries()]);
    const reports = services.flatMap((service) => (service.integrationConnectorReports ?? []) as Bean[]);
    return {
      integrationDaemonStatus: withoutNothing({
        integrationServiceSummaries: nonEmpty(services),
        integrationGroupSummaries: nonEmpty(groups),
        integrationConnectorReports: nonEmpty(reports),
      }),
    };
  }

  async serviceSummaries(): Promise<Bean[]> {
    const [byService, kept, statuses] = await Promise.all([
      this.connectors.byService(),
      this.kept.services(),
      this.statuses.list(),
    ]);
    return registeredServices
      .filter(({ marker }) => byService.has(marker) || kept.has(marker))
      .map((service) => ({
        ...summaryOf(service),
        ...withoutNothing({
          integrationConnectorReports: nonEmpty(reportsOf(byService.get(service.marker) ?? [], statuses)),
        }),
      }));
  }

  async groupSummaries(): Promise<Bean[]> {
    const groups = await this.groups.list();
    const [connectors, statuses] = await Promise.all([this.connectors.list(), this.statuses.list()]);
    return groups.map((group) => {
      const members = connectors.filter(({ configuration }) => group.members.includes(configuration.name));
      return withoutNothing({
        ...this.groups.summary(group),
        integrationConnectorReports: nonEmpty(reportsOf(members, statuses)),
      });
    });
  }

  async groupSummary(qualifiedName: string): Promise<Bean> {
    await this.groups.named(qualifiedName);
    const summaries = await this.groupSummaries();
    return summaries.find(({ integrationGroupName }) => integrationGroupName === qualifiedName) ?? {};
  }

  /** Asks for a refresh; the run goes on when this has answered. Says which connectors were passed over, and why. */
  async refresh(target: Target, principal: Principal): Promise<string[]> {
    return this.#tell(target, 'refresh', async ({ configuration }) => {
      await this.commands.requestRun(configuration.name, 'refresh', principal);
    });
  }

  /** Of all connectors those that people have stopped or paused stay so; one that is named starts from any state. */
  async restart(target: Target, principal: Principal): Promise<string[]> {
    return this.#tell(target, 'restart', async ({ configuration: { name }, wanted }) => {
      const verb = target.connectorName !== undefined && wanted !== 'running' ? 'start' : 'restart';
      await this.commands.changeState(name, verb, principal);
    });
  }

  /** Starts what does not run and restarts what runs, but for services that are disabled. */
  async start(principal: Principal): Promise<void> {
    const services = await this.kept.services();
    for (const { configuration, wanted } of await this.connectors.list()) {
      if (services.get(configuration.service)?.isDisabled) continue;
      const verb = wanted === 'running' ? 'restart' : 'start';
      await this.commands.changeState(configuration.name, verb, principal);
    }
  }

  async stop(principal: Principal): Promise<void> {
    for (const { configuration } of await this.connectors.list()) {
      await this.commands.changeState(configuration.name, 'stop', principal);
    }
  }

  async properties(connectorName: string): Promise<Bean> {
    const connector = await this.connectors.named(connectorName);
    return withoutNothing({ properties: nonEmpty(propertiesOf(connector)) });
  }

  /** Stored as a new revision, which its owner then takes up; without properties they are cleared unless merged. */
  async updateProperties(update: PropertiesUpdate, principal: Principal): Promise<void> {
    const { connectorName, mergeUpdate, configurationProperties } = update;
    const connector = await this.connectors.named(connectorName ?? '');
    const { config, connector: definition } = connector.configuration;
    const provider = knownProvider(connector.kept?.connectorProviderClassName ?? '');
    const given = configFrom(configurationProperties ?? {}, { definition, provider });
    const key = addressKeyOf(definition);
    const address = key !== undefined && key in config ? { [key]: config[key] ?? null } : {};
    await this.#changeConfig(
      connector,
      mergeUpdate ? { ...config, ...given } : { ...address, ...given },
      principal,
    );
  }

  async updateAddress(connectorName: string, address: string, principal: Principal): Promise<void> {
    const connector = await this.connectors.named(connectorName);
    const { config, connector: definition } = connector.configuration;
    await this.#changeConfig(
      connector,
      withAddress(config, address, { connectorName, definition }),
      principal,
    );
  }

  /** Refused when somebody else has changed the connector meanwhile. */
  async #changeConfig(
    { configuration, revision }: EgeriaConnector,
    config: EgeriaConnector['configuration']['config'],
    principal: Principal,
  ): Promise<void> {
    const conditions = { revisions: [revision] };
    await this.configurations.put(configuration.name, { ...configuration, config }, conditions, principal);
  }

  async #tell(
    { connectorName, service }: Target,
    verb: string,
    tellOne: (connector: EgeriaConnector) => Promise<void>,
  ): Promise<string[]> {
    if (connectorName !== undefined) {
      const connector = await this.connectors.named(connectorName, service);
      const refusal = await refusalOf(() => tellOne(connector));
      if (refusal === undefined) return [];
      throw new EgeriaError('IDAEMON-EGERIA-409-002', [connectorName, verb, refusal], 'connectorName');
    }
    const skipped: string[] = [];
    for (const connector of await this.connectors.list({ service: service?.marker })) {
      const refusal = await refusalOf(() => tellOne(connector));
      if (refusal !== undefined) skipped.push(`${connectorNameOf(connector)}: ${refusal}`);
    }
    return skipped;
  }
}

/** One connector, those of a service, or all. */
export interface Target {
  connectorName?: string;
  service?: RegisteredService;
}

/** Why a command was impossible; undefined when it was done. */
async function refusalOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof ConflictError) return error.message;
    throw error;
  }
}

function reportsOf(
  connectors: readonly EgeriaConnector[],
  statuses: ReadonlyMap<string, ConnectorStatus>,
): Bean[] {
  return connectors.flatMap((connector) => {
    const status = statuses.get(connector.configuration.name);
    return status ? [connectorReport(connector, status)] : [];
  });
}

function summaryOf({ id, fullName, marker, description, wiki }: RegisteredService): Bean {
  return {
    integrationServiceId: id,
    integrationServiceFullName: fullName,
    integrationServiceURLMarker: marker,
    integrationServiceDescription: description,
    integrationServiceWiki: wiki,
  };
}
