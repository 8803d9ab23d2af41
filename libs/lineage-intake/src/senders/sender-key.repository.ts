import type { SenderKey } from '@idaemon/contracts';
import type { Database } from '@idaemon/persistence';

export interface KnownKeys {
  revision: number;
  keys: SenderKey[];
}

/** The daemon's list of sender keys, as it was last read. */
export class SenderKeyRepository {
  constructor(private readonly database: Database) {}

  /** Undefined when it was never read. */
  async load(): Promise<KnownKeys | undefined> {
    const read = await this.database.row<{ revision: string }>('select revision from sender_key_revision');
    if (!read) return undefined;
    const rows = await this.database.rows<SenderKeyRow>(
      'select id, name, hash, namespaces, revoked_at from sender_key',
    );
    const keys = rows.map(({ revoked_at, ...key }) => ({
      ...key,
      revokedAt: revoked_at?.toISOString() ?? null,
    }));
    return { revision: Number(read.revision), keys };
  }

  /**
   * Whether it was taken. A lower revision than what is kept is an answer that another replica has overtaken, unless the
   * daemon's database was restored: then its revisions begin again, and the kept one is older than any read takes.
   */
  async replace({ revision, keys }: KnownKeys): Promise<boolean> {
    return this.database.transaction(async (sql) => {
      const taken = await sql.row(
        `insert into sender_key_revision as kept (revision) values ($1)
         on conflict (is_only) do update set revision = excluded.revision, read_at = now()
           where kept.revision <= excluded.revision or kept.read_at < now() - interval '1 minute'
         returning 1`,
        [revision],
      );
      if (!taken) return false;
      await sql.rows('delete from sender_key');
      await sql.rows(
        `insert into sender_key (id, name, hash, namespaces, revoked_at)
         select id, name, hash, array(select jsonb_array_elements_text(namespaces)), "revokedAt"
           from jsonb_to_recordset($1::jsonb)
             as k(id uuid, name text, hash text, namespaces jsonb, "revokedAt" timestamptz)`,
        [JSON.stringify(keys)],
      );
      return true;
    });
  }
}

interface SenderKeyRow {
  id: string;
  name: string;
  hash: string;
  namespaces: string[];
  revoked_at: Date | null;
}
