import { Inject, Injectable } from '@nestjs/common';
import type { GatewayDocument } from '@idaemon/contracts';
import { Database, type Sql } from '@idaemon/persistence';
import { pageOf, readCursor } from '../rest/cursor.js';

export interface StoredGateway {
  document: GatewayDocument;
  revision: number;
  createdAt: string;
  updatedAt: string;
  updatedBy: string;
}

@Injectable()
export class GatewayRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  async find(name: string): Promise<StoredGateway | undefined> {
    const row = await this.database.row<GatewayRow>(
      `select ${columns} from gateway_document where name = $1`,
      [name],
    );
    return row && storedOf(row);
  }

  async names(): Promise<string[]> {
    const rows = await this.database.rows<{ name: string }>(
      'select name from gateway_document order by name',
    );
    return rows.map(({ name }) => name);
  }

  async list(page: { pageSize: number; cursor?: string }) {
    const after = page.cursor === undefined ? null : String(readCursor(page.cursor, 1)[0]);
    const [rows, total] = await Promise.all([
      this.database.rows<GatewayRow>(
        `select ${columns} from gateway_document where ($1::text is null or name > $1) order by name limit $2`,
        [after, page.pageSize + 1],
      ),
      this.database.row<{ count: number }>('select count(*)::int as count from gateway_document'),
    ]);
    return pageOf(rows, page.pageSize, total?.count ?? 0, storedOf, ({ document }) => [document.name]);
  }

  /** Locks the row until the transaction ends. */
  async findForChange(sql: Sql, name: string): Promise<StoredGateway | undefined> {
    const row = await sql.row<GatewayRow>(
      `select ${columns} from gateway_document where name = $1 for update`,
      [name],
    );
    return row && storedOf(row);
  }

  async write(sql: Sql, document: GatewayDocument, revision: number, who: string): Promise<void> {
    await sql.rows(
      `insert into gateway_document (name, revision, document, updated_by) values ($1, $2, $3, $4)
       on conflict (name) do update set revision = $2, document = $3, updated_by = $4, updated_at = now()`,
      [document.name, revision, JSON.stringify(document), who],
    );
  }

  /** Names of connectors that would be left without it, at most a few. */
  async connectorsOf(sql: Sql, name: string): Promise<string[]> {
    const rows = await sql.rows<{ name: string }>(
      `select name from connector where gateway = $1 union select name from connector_removal where gateway = $1
        order by name limit 5`,
      [name],
    );
    return rows.map((row) => row.name);
  }

  async delete(sql: Sql, name: string): Promise<void> {
    await sql.rows('delete from gateway_document where name = $1', [name]);
  }
}

interface GatewayRow {
  document: GatewayDocument;
  revision: number;
  createdAt: Date;
  updatedAt: Date;
  updatedBy: string;
}
const columns = `document, revision, created_at as "createdAt", updated_at as "updatedAt", updated_by as "updatedBy"`;

function storedOf({ createdAt, updatedAt, ...row }: GatewayRow): StoredGateway {
  return { ...row, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
