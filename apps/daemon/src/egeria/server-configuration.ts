import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../access/role.js';
import { AuditRepository } from '../audit/audit.repository.js';
import type { Connection, ServerConfig } from './beans.js';
import { nonEmpty, withoutNothing } from './connector-bean.js';
import { EgeriaError } from './egeria-error.js';
import { EgeriaGroups } from './egeria-groups.js';
import { EGERIA_SETTINGS, type EgeriaSettings } from './egeria-settings.js';
import { EgeriaRepository, type ServerChange } from './egeria.repository.js';
import { stableId } from './names.js';
import { refuseSecretsIn } from './service-refusals.js';
import { ServiceConfigurations } from './service-configurations.js';

type Bean = Record<string, unknown>;

const documentVersion = 'V2.0';
/** Of the audit trail in the document; all of it is at /api/audit. */
const auditTrailLength = 100;
const consoleProvider =
  'org.odpi.openmetadata.adapters.repositoryservices.auditlogstore.console.ConsoleAuditLogStoreProvider';

const severities = [
  ...['Unknown', 'Information', 'Event', 'Decision', 'Action', 'Error', 'Exception', 'Security', 'Startup'],
  ...['Shutdown', 'Asset', 'Types', 'Cohort'],
];

/** Where the daemon writes its log; it writes nowhere else. */
export const consoleDestination: Bean = {
  class: 'Connection',
  headerVersion: 0,
  qualifiedName: 'Console- default',
  displayName: 'Console',
  connectorType: { class: 'ConnectorType', headerVersion: 0, connectorProviderClassName: consoleProvider },
  configurationProperties: { supportedSeverities: severities },
};

/** Egeria's configuration document of this daemon, made from what is configured, in whichever way it came. */
@Injectable()
export class ServerConfiguration {
  constructor(
    @Inject(ServiceConfigurations) private readonly services: ServiceConfigurations,
    @Inject(EgeriaGroups) private readonly groups: EgeriaGroups,
    @Inject(EgeriaRepository) private readonly kept: EgeriaRepository,
    @Inject(AuditRepository) private readonly audit: AuditRepository,
    @Inject(EGERIA_SETTINGS) private readonly settings: EgeriaSettings,
  ) {}

  async document(): Promise<Bean> {
    const { serverName } = this.settings;
    const [server, services, groups, auditTrail] = await Promise.all([
      this.kept.server(),
      this.services.beans(),
      this.groups.beans(),
      this.#auditTrail(),
    ]);
    return withoutNothing({
      class: 'OMAGServerConfig',
      versionId: documentVersion,
      localServerId: stableId('server', serverName),
      localServerName: serverName,
      ...server,
      integrationServicesConfig: nonEmpty(services),
      dynamicIntegrationGroupsConfig: nonEmpty(groups),
      repositoryServicesConfig: {
        class: 'RepositoryServicesConfig',
        auditLogConnections: [consoleDestination],
      },
      auditTrail: nonEmpty(auditTrail),
    });
  }

  /** Takes a whole document: checked completely for what cannot be taken before any of it is. */
  async replace(document: ServerConfig, principal: Principal): Promise<void> {
    const { serverName } = this.settings;
    const { localServerName, versionId } = document;
    if (localServerName !== serverName)
      throw new EgeriaError('OMAG-ADMIN-400-002', [serverName, localServerName ?? 'null'], 'localServerName');
    if (versionId !== documentVersion)
      throw new EgeriaError('OMAG-ADMIN-400-023', [serverName, versionId ?? 'V1.0', documentVersion]);
    this.#refuseOthers(document);
    refuseSecretsIn(describedBy(document), `the server ${serverName}`);
    const pageSize = document.maxPageSize ?? undefined;
    if (pageSize !== undefined) this.checkPageSize(pageSize);
    const services = await this.services.prepareAll(document.integrationServicesConfig ?? []);
    const groups = await this.groups.prepareAll(document.dynamicIntegrationGroupsConfig ?? []);
    await this.services.writeAll(services, principal);
    await this.groups.writeAll(groups, principal);
    await this.describe(describedBy(document), principal);
  }

  async delete(principal: Principal): Promise<void> {
    await this.services.deleteAll(principal);
    await this.groups.deleteAll(principal);
    await this.kept.forgetServer(this.settings.serverName, principal);
  }

  async describe(change: ServerChange, principal: Principal): Promise<void> {
    refuseSecretsIn(change, `the server ${this.settings.serverName}`);
    await this.kept.changeServer(change, this.settings.serverName, principal);
  }

  checkPageSize(limit: number): void {
    if (Number.isInteger(limit) && limit > 0) return;
    throw new EgeriaError('OMAG-ADMIN-400-014', [this.settings.serverName, String(limit)], 'limit');
  }

  #refuseOthers(document: ServerConfig): void {
    const { serverName } = this.settings;
    const other = otherServers.find((name) => document[name] !== undefined && document[name] !== null);
    if (other) throw new EgeriaError('OMAG-ADMIN-400-031', [serverName, other], other);
    const missing = notHere.find((name) => document[name] !== undefined && document[name] !== null);
    if (missing)
      throw new EgeriaError('IDAEMON-EGERIA-501-001', [missing, 'this daemon does not have it'], missing);
    const destinations = document.repositoryServicesConfig?.auditLogConnections ?? [];
    if (destinations.every(isConsole)) return;
    const parameters = [
      'An audit log destination other than the console',
      'the daemon logs to its standard output',
    ];
    throw new EgeriaError('IDAEMON-EGERIA-501-001', parameters, 'auditLogConnections');
  }

  async #auditTrail(): Promise<string[]> {
    const { items } = await this.audit.list({}, { pageSize: auditTrailLength });
    return items
      .map(({ at, who, action, resource, detail }) => {
        const claimed = typeof detail.claimedUser === 'string' ? ` for ${detail.claimedUser}` : '';
        return `${at} ${who}${claimed}: ${action} ${resource}`;
      })
      .reverse();
  }
}

const otherServers = [
  'accessServicesConfig',
  'viewServicesConfig',
  'engineHostServicesConfig',
  'openLineageServerConfig',
  'dataEngineProxyConfig',
  'conformanceSuiteConfig',
] as const;
const notHere = ['localServerPassword', 'serverSecurityConnection', 'eventBusConfig'] as const;

function isConsole({ connectorType }: Connection): boolean {
  return connectorType?.connectorProviderClassName === consoleProvider;
}

function describedBy(document: ServerConfig): ServerChange {
  const { localServerType, localServerDescription, organizationName } = document;
  const { localServerURL, localServerUserId, maxPageSize } = document;
  return {
    localServerType: localServerType ?? null,
    localServerDescription: localServerDescription ?? null,
    organizationName: organizationName ?? null,
    localServerURL: localServerURL ?? null,
    localServerUserId: localServerUserId ?? null,
    maxPageSize: maxPageSize ?? null,
  };
}
