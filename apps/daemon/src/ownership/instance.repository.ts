import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { canonicalJson, type Heartbeat, type HostedDefinition } from '@idaemon/contracts';
import { Database, type Sql } from '@idaemon/persistence';

/** What a heartbeat found of its instance. */
export interface KnownInstance {
  /** False until its definitions are known. */
  isRegistered: boolean;
  leaseMs: number;
}

interface KnownRow {
  is_registered: boolean;
  lease_ms: number;
}

/** Instances, with what they host and when they were last heard of. */
@Injectable()
export class InstanceRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Hears of an instance. One that is not known yet keeps what it owns and has to register. */
  async renew(heartbeat: Heartbeat, leaseMs: number, sql: Sql = this.database): Promise<KnownInstance> {
    const { instanceId, service, version, address, startedAt, isDraining } = heartbeat;
    const row = await sql.row<KnownRow>(
      `insert into instance (id, service, version, address, started_at, lease_ms, is_draining, last_seen_at)
       values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())
       on conflict (id) do update set last_seen_at = clock_timestamp(), is_draining = excluded.is_draining,
         address = excluded.address
       returning is_registered, lease_ms`,
      [instanceId, service, version, address, startedAt, leaseMs, isDraining],
    );
    return { isRegistered: row?.is_registered ?? false, leaseMs: row?.lease_ms ?? leaseMs };
  }

  /** Hears of an instance and learns its definitions. Its lease is the longest that one of them asks for. */
  async register(
    heartbeat: Heartbeat,
    definitions: readonly HostedDefinition[],
    leaseMs: number,
  ): Promise<KnownInstance> {
    const longestMs = Math.max(leaseMs, ...definitions.map((definition) => definition.leaseMs ?? 0));
    return this.database.transaction(async (sql) => {
      await this.renew(heartbeat, longestMs, sql);
      await sql.rows('update instance set is_registered = true, lease_ms = $2, version = $3 where id = $1', [
        heartbeat.instanceId,
        longestMs,
        heartbeat.version,
      ]);
      await hosts(sql, heartbeat, definitions);
      return { isRegistered: true, leaseMs: longestMs };
    });
  }

  /** Forgets an instance that has stopped; false when it was not known. */
  async leave(instanceId: string, sql: Sql): Promise<boolean> {
    const rows = await sql.rows('delete from instance where id = $1 returning id', [instanceId]);
    return rows.length > 0;
  }
}

async function hosts(
  sql: Sql,
  { instanceId, service }: Heartbeat,
  definitions: readonly HostedDefinition[],
): Promise<void> {
  const rows = definitions
    .map((document) => ({
      hash: hashOf(service, document),
      name: document.name,
      version: document.version,
      document,
    }))
    // One order for all, else two instances that register at once could wait for each other.
    .sort((a, b) => (a.hash < b.hash ? -1 : 1));
  await sql.rows(
    `insert into definition (hash, service, name, version, document)
     select hash, $1, name, version, document
     from jsonb_to_recordset($2::jsonb) as d (hash text, name text, version text, document jsonb)
     on conflict (hash) do update set last_seen_at = clock_timestamp()`,
    [service, JSON.stringify(rows)],
  );
  await sql.rows('delete from instance_definition where instance_id = $1', [instanceId]);
  await sql.rows(
    `insert into instance_definition (instance_id, name, hash)
     select $1, name, hash from unnest($2::text[], $3::text[]) as d (name, hash)`,
    [instanceId, rows.map(({ name }) => name), rows.map(({ hash }) => hash)],
  );
}

function hashOf(service: string, definition: HostedDefinition): string {
  return createHash('sha256').update(canonicalJson({ service, definition })).digest('base64url');
}
