import { Inject, Injectable } from '@nestjs/common';
import { Database, type Sql } from '@idaemon/persistence';
import { pageOf, readCursor } from '../rest/cursor.js';

export type DocumentKind = 'connector' | 'gateway';
export type RevisionChange = 'created' | 'updated' | 'deleted';

export interface Revision {
  revision: number;
  change: RevisionChange;
  document: Record<string, unknown>;
  createdAt: string;
  createdBy: string;
}

/** More revisions of one document than this are forgotten, the oldest first. */
export const maxRevisions = 100;

/** Writes the next revision of a document, in the transaction of the change; its number never repeats. */
export async function addRevision(
  sql: Sql,
  kind: DocumentKind,
  name: string,
  { change, document, who }: { change: RevisionChange; document: object; who: string },
): Promise<number> {
  const row = await sql.row<{ revision: number }>(
    `insert into document_revision (kind, name, revision, change, document, created_by)
     select $1, $2, coalesce(max(revision), 0) + 1, $3, $4, $5 from document_revision where kind = $1 and name = $2
     returning revision`,
    [kind, name, change, JSON.stringify(document), who],
  );
  const revision = row?.revision ?? 1;
  if (revision <= maxRevisions) return revision;
  await sql.rows('delete from document_revision where kind = $1 and name = $2 and revision <= $3', [
    kind,
    name,
    revision - maxRevisions,
  ]);
  return revision;
}

@Injectable()
export class RevisionRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Newest first; those of a deleted document, too. */
  async list(kind: DocumentKind, name: string, page: { pageSize: number; cursor?: string }) {
    const before = page.cursor === undefined ? null : Number(readCursor(page.cursor, 1)[0]);
    const [rows, total] = await Promise.all([
      this.database.rows<RevisionRow>(
        `select ${columns} from document_revision
          where kind = $1 and name = $2 and ($3::int is null or revision < $3)
          order by revision desc limit $4`,
        [kind, name, before, page.pageSize + 1],
      ),
      this.database.row<{ count: number }>(
        'select count(*)::int as count from document_revision where kind = $1 and name = $2',
        [kind, name],
      ),
    ]);
    return pageOf(rows, page.pageSize, total?.count ?? 0, revisionOf, ({ revision }) => [revision]);
  }

  async find(kind: DocumentKind, name: string, revision: number): Promise<Revision | undefined> {
    const row = await this.database.row<RevisionRow>(
      `select ${columns} from document_revision where kind = $1 and name = $2 and revision = $3`,
      [kind, name, revision],
    );
    return row && revisionOf(row);
  }
}

type RevisionRow = Omit<Revision, 'createdAt'> & { createdAt: Date };
const columns = `revision, change, document, created_at as "createdAt", created_by as "createdBy"`;

function revisionOf(row: RevisionRow): Revision {
  return { ...row, createdAt: row.createdAt.toISOString() };
}
