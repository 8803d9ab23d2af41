import { Inject, Injectable } from '@nestjs/common';
import type { HostedDefinition } from '@idaemon/contracts';
import { DefinitionRepository } from '../definitions/definition.repository.js';
import { nonEmpty, usesBlockingCalls, withoutNothing } from './connector-bean.js';
import { EgeriaError } from './egeria-error.js';
import { addressKeyOf, knownProvider, type KnownProvider } from './providers.js';
import { stableId } from './names.js';
import { registeredServices, type RegisteredService } from './service-registry.js';

type Bean = Record<string, unknown>;

interface Found {
  className: string;
  service: RegisteredService;
  definition: HostedDefinition;
  provider?: KnownProvider;
}

/** What a connector provider is here: by the class name that Egeria knows, or by the name of a definition. */
@Injectable()
export class ConnectorCatalogue {
  constructor(@Inject(DefinitionRepository) private readonly definitions: DefinitionRepository) {}

  async connectorType(className: string): Promise<Bean> {
    return connectorTypeOf(await this.#find(className, 'getConnectorType'));
  }

  /** Nothing is tried out: the instances of the service have said what they host. */
  async validate(className: string, service: RegisteredService | undefined): Promise<Bean> {
    const found = await this.#find(className, 'validateConnector', service);
    const { definition, provider } = found;
    const connectorType = connectorTypeOf(found);
    return {
      componentDescription: withoutNothing({
        componentId: provider?.componentId ?? 0,
        componentDevelopmentStatus: 'TECHNICAL_PREVIEW',
        componentName: connectorType.qualifiedName,
        componentDescription: definition.description,
        componentWikiURL: found.service.wiki,
      }),
      connectorType,
      refreshTimeInterval: 60,
      usesBlockingCalls: usesBlockingCalls(definition),
    };
  }

  async #find(className: string, method: string, service?: RegisteredService): Promise<Found> {
    const refuse = (cause: string, why: string): never => {
      throw new EgeriaError('OMAG-COMMON-400-016', [cause, method, why], 'connectorProviderClassName');
    };
    const provider = knownProvider(className);
    const name = provider ? provider.definition : className;
    if (name === undefined)
      return refuse('NoCounterpart', `${className} does nothing that a connector here does`);
    const found = await this.#definition(name, provider);
    if (!found) return refuse('ClassNotFound', `no instance that runs now hosts ${name}`);
    if (service && service.marker !== found.service.marker) {
      const parameters = [className, service.fullName, found.service.fullName];
      throw new EgeriaError('OMAG-MULTI-TENANT-400-004', parameters, 'connectorProviderClassName');
    }
    return { ...found, className, provider };
  }

  async #definition(name: string, provider?: KnownProvider) {
    for (const service of registeredServices) {
      if (provider && provider.service !== service.marker) continue;
      const known = await this.definitions.ofService(service.marker);
      const found = known.find(({ definition, isHosted }) => isHosted && definition.name === name);
      if (found) return { service, definition: found.definition };
    }
    return undefined;
  }
}

function connectorTypeOf({ className, service, definition, provider }: Found): Bean {
  const properties = Object.keys((definition.configSchema.properties ?? {}) as object).sort();
  const key = addressKeyOf(definition.name);
  return withoutNothing({
    class: 'ConnectorType',
    headerVersion: 0,
    type: {
      typeId: '954421eb-33a6-462d-a8ca-b5709a1bd0d4',
      typeName: 'ConnectorType',
      typeVersion: 1,
      typeDescription: 'What is the same for all connectors of a type.',
    },
    guid: provider?.guid ?? stableId('definition', service.marker, definition.name),
    qualifiedName:
      provider?.qualifiedName ?? `idaemon:IntegrationConnector:${service.marker}:${definition.name}`,
    displayName: definition.name,
    description: definition.description,
    supportedAssetTypeName: 'IntegrationConnector',
    connectorProviderClassName: className,
    connectorFrameworkName: 'idaemon connector kit',
    connectorInterfaceLanguage: 'TypeScript',
    connectorInterfaces: [`idaemon:${service.marker}`],
    recognizedConfigurationProperties: nonEmpty(properties.filter((name) => name !== key)),
    recognizedSecuredProperties: nonEmpty(definition.secrets.map(({ name }) => name)),
  });
}
