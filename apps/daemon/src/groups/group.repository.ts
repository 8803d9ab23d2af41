import { Inject, Injectable } from '@nestjs/common';
import { Database, type Sql } from '@idaemon/persistence';
import { pageOf, readCursor } from '../rest/cursor.js';

export interface Group {
  name: string;
  description: string | null;
  /** Names of connectors; one that is deleted leaves its groups. */
  members: string[];
  createdAt: string;
  updatedAt: string;
  updatedBy: string;
}

@Injectable()
export class GroupRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  async find(name: string, sql: Sql = this.database): Promise<Group | undefined> {
    const row = await sql.row<GroupRow>(`select ${columns} from connector_group g where name = $1`, [name]);
    return row && groupOf(row);
  }

  async list(page: { pageSize: number; cursor?: string }) {
    const after = page.cursor === undefined ? null : String(readCursor(page.cursor, 1)[0]);
    const [rows, total] = await Promise.all([
      this.database.rows<GroupRow>(
        `select ${columns} from connector_group g where ($1::text is null or name > $1) order by name limit $2`,
        [after, page.pageSize + 1],
      ),
      this.database.row<{ count: number }>('select count(*)::int as count from connector_group'),
    ]);
    return pageOf(rows, page.pageSize, total?.count ?? 0, groupOf, ({ name }) => [name]);
  }

  /** Names of connectors that do not exist. */
  async unknownMembers(sql: Sql, members: readonly string[]): Promise<string[]> {
    const rows = await sql.rows<{ name: string }>(
      `select name from unnest($1::text[]) as m (name)
        where not exists (select 1 from connector c where c.name = m.name) order by name`,
      [members],
    );
    return rows.map(({ name }) => name);
  }

  async write(
    sql: Sql,
    { name, description, members }: { name: string; description?: string; members: readonly string[] },
    who: string,
  ): Promise<void> {
    await sql.rows(
      `insert into connector_group (name, description, updated_by) values ($1, $2, $3)
       on conflict (name) do update set description = $2, updated_by = $3, updated_at = now()`,
      [name, description ?? null, who],
    );
    await sql.rows('delete from connector_group_member where group_name = $1 and connector <> all ($2)', [
      name,
      members,
    ]);
    await sql.rows(
      `insert into connector_group_member (group_name, connector) select $1, m from unnest($2::text[]) as m
       on conflict do nothing`,
      [name, members],
    );
  }

  async delete(sql: Sql, name: string): Promise<void> {
    await sql.rows('delete from connector_group where name = $1', [name]);
  }
}

type GroupRow = Omit<Group, 'createdAt' | 'updatedAt'> & { createdAt: Date; updatedAt: Date };
const columns = `g.name, g.description, g.created_at as "createdAt", g.updated_at as "updatedAt",
  g.updated_by as "updatedBy",
  array(select connector from connector_group_member m where m.group_name = g.name order by connector) as members`;

function groupOf({ createdAt, updatedAt, ...row }: GroupRow): Group {
  return { ...row, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
