import { Inject, Injectable } from '@nestjs/common';
import { dateOf } from './envelope.js';
import { EGERIA_SETTINGS, type EgeriaSettings } from './egeria-settings.js';
import { registeredServices, type RegisteredService } from './service-registry.js';
import { ServiceConfigurations } from './service-configurations.js';

type Bean = Record<string, unknown>;

const serverType = 'Integration Daemon';
const wiki = 'https://egeria-project.org/concepts';

/** A daemon that answers is a platform with one running server, which is an integration daemon. */
@Injectable()
export class Platform {
  readonly #startedAt = new Date(Date.now() - performance.now()).toISOString();

  constructor(
    @Inject(ServiceConfigurations) private readonly services: ServiceConfigurations,
    @Inject(EGERIA_SETTINGS) private readonly settings: EgeriaSettings,
  ) {}

  servers(): string[] {
    return [this.settings.serverName];
  }

  registeredServices(services: readonly RegisteredService[] = registeredServices): Bean[] {
    return services.map(({ id, fullName, status, marker, description, wiki }) => ({
      serviceId: id,
      serviceName: fullName,
      serviceDevelopmentStatus: status,
      serviceURLMarker: marker,
      serviceDescription: description,
      serviceWiki: wiki,
    }));
  }

  status(): Bean {
    const { serverName } = this.settings;
    return { serverName, serverType, serverStartTime: dateOf(this.#startedAt), active: true };
  }

  async instanceStatus(): Promise<Bean> {
    const services = (await this.runningServices()).map((serviceName) => ({
      serviceName,
      serviceStatus: 'RUNNING',
    }));
    const { serverName } = this.settings;
    return { serverStatus: { serverName, serverType, serverActiveStatus: 'RUNNING', services } };
  }

  async runningServices(): Promise<string[]> {
    const configured = await this.services.configured();
    return ['Integration Daemon Services', ...configured.map(({ fullName }) => fullName)];
  }

  async startMessage(now: Date): Promise<string> {
    const services = (await this.runningServices()).join(', ');
    return `${now.toISOString()} ${this.settings.serverName} is running the following services: [${services}]`;
  }

  classification(): Bean {
    const platformServer = classOf(
      'Open Metadata and Governance (OMAG) Server',
      'Any server.',
      'omag-server',
    );
    const governance = classOf(
      'Governance Server',
      'A server that does not store metadata.',
      'governance-server',
    );
    const daemon = classOf(
      serverType,
      'Exchanges metadata with third-party technologies.',
      'integration-daemon',
    );
    return { ...daemon, serverSuperType: { ...governance, serverSuperType: platformServer } };
  }
}

function classOf(serverTypeName: string, serverTypeDescription: string, page: string): Bean {
  return {
    class: 'ServerTypeClassificationSummary',
    relatedHTTPCode: 200,
    serverTypeName,
    serverTypeDescription,
    serverTypeWiki: `${wiki}/${page}/`,
  };
}
