import { Inject, Injectable } from '@nestjs/common';
import type { ConnectorStatus, ConnectorState, List } from '@idaemon/contracts';
import {
  ConnectorRepository,
  type ConnectorFilter,
  type StoredConnector,
} from '../configuration/connector.repository.js';
import { unknownConnector } from '../configuration/connector-configurations.js';
import { ConnectorStatusRepository } from '../ownership/connector-status.repository.js';
import type { ConnectorResource } from './resources.js';

/** Connectors as they are answered: the document, its revision, what is wanted and what is observed. */
@Injectable()
export class ConnectorResources {
  constructor(
    @Inject(ConnectorRepository) private readonly connectors: ConnectorRepository,
    @Inject(ConnectorStatusRepository) private readonly statuses: ConnectorStatusRepository,
  ) {}

  async status(name: string): Promise<ConnectorStatus> {
    const status = await this.statuses.get(name);
    if (status) return status;
    throw unknownConnector(name);
  }

  async of(connector: StoredConnector): Promise<ConnectorResource> {
    return resourceOf(connector, await this.status(connector.configuration.name));
  }

  async list(
    filter: ConnectorFilter & { state?: ConnectorState },
    page: { pageSize: number; cursor?: string },
  ): Promise<List<ConnectorResource>> {
    const { state, ...stored } = filter;
    const known = state && (await this.statuses.list());
    const names = known && [...known].filter(([, status]) => status.state === state).map(([name]) => name);
    const found = await this.connectors.list({ ...stored, names }, page);
    const statuses = known ?? (await this.statuses.list(found.items.map(nameOf)));
    const items = found.items.flatMap((connector) => {
      const status = statuses.get(nameOf(connector));
      // One that was deleted between the two queries is not there any more.
      return status ? [resourceOf(connector, status)] : [];
    });
    return { ...found, items };
  }
}

function nameOf({ configuration: { name } }: StoredConnector): string {
  return name;
}

function resourceOf(
  { configuration, ...stored }: StoredConnector,
  status: ConnectorStatus,
): ConnectorResource {
  return { ...configuration, ...stored, status };
}
