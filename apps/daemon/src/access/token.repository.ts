import { Inject, Injectable } from '@nestjs/common';
import { Database, type Sql } from '@idaemon/persistence';
import { pageOf, readCursor } from '../rest/cursor.js';
import type { Role } from './role.js';

/** A token without its value, which nobody keeps. */
export interface StoredToken {
  id: string;
  name: string;
  role: Role;
  createdAt: string;
  createdBy: string;
  expiresAt: string | null;
}

export interface NewToken {
  id: string;
  name: string;
  role: Role;
  hash: Buffer;
  createdBy: string;
  expiresAt?: string;
}

@Injectable()
export class TokenRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** The token of this hash, unless it has expired. */
  async findByHash(hash: Buffer): Promise<{ name: string; role: Role; hash: Buffer } | undefined> {
    return this.database.row<{ name: string; role: Role; hash: Buffer }>(
      'select name, role, hash from token where hash = $1 and (expires_at is null or expires_at > now())',
      [hash],
    );
  }

  async list(page: { pageSize: number; cursor?: string }) {
    const after = page.cursor === undefined ? null : String(readCursor(page.cursor, 1)[0]);
    const [rows, total] = await Promise.all([
      this.database.rows<TokenRow>(
        `select ${columns} from token where ($1::text is null or name > $1) order by name limit $2`,
        [after, page.pageSize + 1],
      ),
      this.database.row<{ count: number }>('select count(*)::int as count from token'),
    ]);
    return pageOf(rows, page.pageSize, total?.count ?? 0, tokenOf, ({ name }) => [name]);
  }

  /** Undefined when the name is taken. */
  async insert(
    sql: Sql,
    { id, name, role, hash, createdBy, expiresAt }: NewToken,
  ): Promise<StoredToken | undefined> {
    const row = await sql.row<TokenRow>(
      `insert into token (id, name, role, hash, created_by, expires_at) values ($1, $2, $3, $4, $5, $6)
       on conflict do nothing returning ${columns}`,
      [id, name, role, hash, createdBy, expiresAt ?? null],
    );
    return row && tokenOf(row);
  }

  /** Makes the token of this name have this value, and the highest role. */
  async replace(sql: Sql, { id, name, role, hash, createdBy }: NewToken): Promise<void> {
    await sql.rows(
      `insert into token (id, name, role, hash, created_by) values ($1, $2, $3, $4, $5)
       on conflict (name) do update set role = excluded.role, hash = excluded.hash, expires_at = null
         where token.hash <> excluded.hash or token.role <> excluded.role`,
      [id, name, role, hash, createdBy],
    );
  }

  async isEmpty(sql: Sql): Promise<boolean> {
    return (await sql.row('select 1 from token limit 1')) === undefined;
  }

  async find(sql: Sql, id: string): Promise<StoredToken | undefined> {
    const row = await sql.row<TokenRow>(`select ${columns} from token where id = $1 for update`, [id]);
    return row && tokenOf(row);
  }

  /** Of tokens that are valid now. */
  async administratorCount(sql: Sql): Promise<number> {
    const row = await sql.row<{ count: number }>(
      `select count(*)::int as count from token
        where role = 'administrator' and (expires_at is null or expires_at > now())`,
    );
    return row?.count ?? 0;
  }

  async delete(sql: Sql, id: string): Promise<void> {
    await sql.rows('delete from token where id = $1', [id]);
  }
}

type TokenRow = Omit<StoredToken, 'createdAt' | 'expiresAt'> & { createdAt: Date; expiresAt: Date | null };
const columns = `id, name, role, created_at as "createdAt", created_by as "createdBy", expires_at as "expiresAt"`;

function tokenOf({ createdAt, expiresAt, ...row }: TokenRow): StoredToken {
  return { ...row, createdAt: createdAt.toISOString(), expiresAt: expiresAt?.toISOString() ?? null };
}
