import { Inject, Injectable } from '@nestjs/common';
import { NotFoundError, type ConnectorConfiguration, type GatewayDocument } from '@idaemon/contracts';
import { Database } from '@idaemon/persistence';

/** Documents as instances and gateways fetch them. */
@Injectable()
export class DocumentRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** The revision that an assignment names; only of connectors that still exist. */
  async configuration(connector: string, revision: number): Promise<ConnectorConfiguration> {
    const row = await this.database.row<{ document: ConnectorConfiguration }>(
      `select r.document from connector c
       join document_revision r on r.kind = 'connector' and r.name = c.name and r.revision = $2
       where c.name = $1`,
      [connector, revision],
    );
    if (row) return row.document;
    throw new NotFoundError(`There is no revision ${revision} of the connector ${connector}`, {
      action: 'Nothing to do: the next heartbeat says what to run.',
    });
  }

  async gateway(name: string): Promise<GatewayDocument | null> {
    const row = await this.database.row<{ document: GatewayDocument }>(
      'select document from gateway_document where name = $1',
      [name],
    );
    return row?.document ?? null;
  }
}
