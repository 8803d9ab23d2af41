import { Inject, Injectable } from '@nestjs/common';
import type { List } from '@idaemon/contracts';
import { Database, type Sql } from '@idaemon/persistence';
import { pageOf, readCursor } from '../rest/cursor.js';
import { claimedUser } from './claimed-user.js';

/** Who did what to which thing; `detail` never holds a value of a document or a secret. */
export interface AuditEntry {
  who: string;
  action: string;
  kind:
    | 'connector'
    | 'gateway'
    | 'group'
    | 'token'
    | 'sender'
    | 'dead-letter'
    | 'instance'
    | 'service'
    | 'server';
  name: string;
  revision?: number;
  detail?: Record<string, unknown>;
}

export interface AuditRecord {
  id: string;
  at: string;
  who: string;
  action: string;
  /** `kind/name`. */
  resource: string;
  kind: string;
  name: string;
  revision: number | null;
  detail: Record<string, unknown>;
}

type AuditRow = Omit<AuditRecord, 'at'> & { at: Date };

export interface AuditFilter {
  kind?: string;
  name?: string;
  who?: string;
  action?: string;
  since?: string;
  until?: string;
}

/** Writes an entry in the transaction of the change that it tells of. */
export async function recordAudit(sql: Sql, entry: AuditEntry): Promise<void> {
  const { who, action, kind, name, revision } = entry;
  const user = claimedUser();
  const detail = { ...entry.detail, ...(user === undefined ? {} : { claimedUser: user }) };
  await sql.rows(
    'insert into audit (who, action, kind, name, revision, detail) values ($1, $2, $3, $4, $5, $6)',
    [who, action, kind, name, revision ?? null, JSON.stringify(detail)],
  );
}

@Injectable()
export class AuditRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Newest first. */
  async list(filter: AuditFilter, page: { pageSize: number; cursor?: string }): Promise<List<AuditRecord>> {
    const { kind, name, who, action, since, until } = filter;
    const parameters = [kind, name, who, action, since, until].map((value) => value ?? null);
    const before = page.cursor === undefined ? null : String(readCursor(page.cursor, 1)[0]);
    const [rows, total] = await Promise.all([
      this.database.rows<AuditRow>(
        `select id::text, at, who, action, kind || '/' || name as resource, kind, name, revision, detail
           from audit where ${condition} and ($7::bigint is null or id < $7) order by audit.id desc limit $8`,
        [...parameters, before, page.pageSize + 1],
      ),
      this.database.row<{ count: number }>(
        `select count(*)::int as count from audit where ${condition}`,
        parameters,
      ),
    ]);
    return pageOf(
      rows,
      page.pageSize,
      total?.count ?? 0,
      (row) => ({ ...row, at: row.at.toISOString() }),
      ({ id }) => [id],
    );
  }
}

const condition = `($1::text is null or kind = $1) and ($2::text is null or name = $2)
  and ($3::text is null or who = $3) and ($4::text is null or action = $4)
  and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at < $6)`;
