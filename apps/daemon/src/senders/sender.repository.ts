import { Inject, Injectable } from '@nestjs/common';
import type { SenderKey } from '@idaemon/contracts';
import { Database, type Sql } from '@idaemon/persistence';
import { pageOf, readCursor } from '../rest/cursor.js';

/** A sender without its key, which nobody keeps. */
export interface StoredSender {
  id: string;
  name: string;
  namespaces: string[];
  createdAt: string;
  createdBy: string;
  revokedAt: string | null;
}

export interface NewSender {
  id: string;
  name: string;
  namespaces: string[];
  hash: Buffer;
  createdBy: string;
}

/** Of one answer to the intake: well below what a message may hold. */
const keysPerPage = 200;

@Injectable()
export class SenderRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(page: { pageSize: number; cursor?: string }) {
    const after = page.cursor === undefined ? [null, null] : readCursor(page.cursor, 2).map(String);
    const [rows, total] = await Promise.all([
      this.database.rows<SenderRow>(
        `select ${columns} from sender
          where $1::text is null or (name, id) > ($1::text, $2::uuid) order by name, id limit $3`,
        [...after, page.pageSize + 1],
      ),
      this.database.row<{ count: number }>('select count(*)::int as count from sender'),
    ]);
    return pageOf(rows, page.pageSize, total?.count ?? 0, senderOf, ({ name, id }) => [name, id]);
  }

  /** A page of all keys with the revision that it is of. */
  async keys(
    after: string | undefined,
  ): Promise<{ revision: number; items: SenderKey[]; next: string | null }> {
    const rows = await this.database.rows<KeyRow>(
      `select r.revision, s.id, s.name, encode(s.hash, 'hex') as hash, s.namespaces, s.revoked_at as "revokedAt"
         from sender_revision r
         left join lateral (
           select * from sender where $1::uuid is null or id > $1::uuid order by id limit $2
         ) s on true
        order by s.id`,
      [after ?? null, keysPerPage + 1],
    );
    const items = rows.filter((row): row is KeyRow & { id: string } => row.id !== null).map(keyOf);
    const page = items.slice(0, keysPerPage);
    const next = items.length > keysPerPage ? (page.at(-1)?.id ?? null) : null;
    return { revision: Number(rows[0]?.revision ?? 0), items: page, next };
  }

  /** Undefined when a sender that is not revoked has the name. */
  async insert(
    sql: Sql,
    { id, name, namespaces, hash, createdBy }: NewSender,
  ): Promise<StoredSender | undefined> {
    const row = await sql.row<SenderRow>(
      `insert into sender (id, name, namespaces, hash, created_by) values ($1, $2, $3, $4, $5)
       on conflict do nothing returning ${columns}`,
      [id, name, namespaces, hash, createdBy],
    );
    return row && senderOf(row);
  }

  /** Undefined when there is none of this id that is not revoked. */
  async revoke(sql: Sql, id: string): Promise<StoredSender | undefined> {
    const [row] = await sql.rows<SenderRow>(
      `update sender set revoked_at = now() where id = $1 and revoked_at is null returning ${columns}`,
      [id],
    );
    return row && senderOf(row);
  }

  /** After each change, in its transaction; forgets those that were revoked long ago. */
  async nextRevision(sql: Sql): Promise<number> {
    await sql.rows(`delete from sender where revoked_at < now() - interval '90 days'`);
    const [row] = await sql.rows<{ revision: string }>(
      'update sender_revision set revision = revision + 1 returning revision',
    );
    return Number(row?.revision ?? 0);
  }
}

interface KeyRow {
  revision: string;
  id: string | null;
  name: string;
  hash: string;
  namespaces: string[];
  revokedAt: Date | null;
}
type SenderRow = Omit<StoredSender, 'createdAt' | 'revokedAt'> & { createdAt: Date; revokedAt: Date | null };
const columns = `id, name, namespaces, created_at as "createdAt", created_by as "createdBy", revoked_at as "revokedAt"`;

function senderOf({ createdAt, revokedAt, ...row }: SenderRow): StoredSender {
  return { ...row, createdAt: createdAt.toISOString(), revokedAt: revokedAt?.toISOString() ?? null };
}

function keyOf({ id, name, hash, namespaces, revokedAt }: KeyRow & { id: string }): SenderKey {
  return { id, name, hash, namespaces, revokedAt: revokedAt?.toISOString() ?? null };
}
