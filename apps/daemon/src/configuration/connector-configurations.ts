import { Inject, Injectable } from '@nestjs/common';
import {
  canonicalJson,
  ConflictError,
  NotFoundError,
  type ConnectorConfiguration,
  type Run,
} from '@idaemon/contracts';
import { Database, type Sql } from '@idaemon/persistence';
import type { Principal } from '../access/role.js';
import { recordAudit } from '../audit/audit.repository.js';
import type { Preconditions } from '../rest/operation.js';
import { ConnectorChecks } from './connector-checks.js';
import { ConnectorRepository, type StoredConnector } from './connector.repository.js';
import { mergePatch } from './merge-patch.js';
import { addRevision } from './revision.repository.js';
import { checkPreconditions } from './revision-check.js';
import { WakeUps } from '../ownership/wake-ups.js';
import { RemovalRunRepository } from '../runs/removal-run.repository.js';

export interface Applied {
  connector: StoredConnector;
  change: 'created' | 'updated' | 'unchanged';
}

/** Changes of connector documents: checked, with a revision and an audit entry each, in one transaction. */
@Injectable()
export class ConnectorConfigurations {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ConnectorRepository) private readonly connectors: ConnectorRepository,
    @Inject(ConnectorChecks) private readonly checks: ConnectorChecks,
    @Inject(RemovalRunRepository) private readonly removals: RemovalRunRepository,
    @Inject(WakeUps) private readonly wakeUps: WakeUps,
  ) {}

  async get(name: string): Promise<StoredConnector> {
    const found = await this.connectors.find(name);
    if (found) return found;
    throw unknownConnector(name);
  }

  /** Only a new one; a name that is taken is a conflict. */
  async create(sent: unknown, principal: Principal): Promise<StoredConnector> {
    const configuration = await this.checks.valid(sent);
    const { connector, change } = await this.#write(configuration, {}, principal, (existing) => {
      throw new ConflictError(
        `The connector ${existing.configuration.name} exists already, with revision ${existing.revision}`,
        {
          action: `Choose another name, or change it with PUT /api/connectors/${existing.configuration.name}.`,
        },
      );
    });
    await this.#announce(connector, change);
    return connector;
  }

  /** Creates or replaces it; the same document again changes nothing and makes no revision. */
  async put(name: string, sent: unknown, conditions: Preconditions, principal: Principal): Promise<Applied> {
    const configuration = await this.checks.valid(sent, name);
    const applied = await this.#write(configuration, conditions, principal);
    await this.#announce(applied.connector, applied.change);
    return applied;
  }

  /** Changes some keys of it (JSON merge patch); made again when somebody else was faster. */
  async patch(
    name: string,
    patch: unknown,
    conditions: Preconditions,
    principal: Principal,
  ): Promise<Applied> {
    for (;;) {
      const before = await this.get(name);
      checkPreconditions(`The connector ${name}`, conditions, before.revision);
      const configuration = await this.checks.valid(mergePatch(before.configuration, patch), name);
      const applied = await this.#writeOn(before.revision, configuration, principal);
      if (!applied) continue;
      await this.#announce(applied.connector, applied.change);
      return applied;
    }
  }

  /**
   * Answers the run that removes the elements, when they shall be removed; the same one while it goes on. The elements of
   * a connector that was deleted before are removed too.
   */
  async delete(
    name: string,
    elements: 'keep' | 'remove',
    conditions: Preconditions,
    { name: who }: Principal,
  ): Promise<Run | undefined> {
    const run = await this.database.transaction(async (sql) => {
      await lockName(sql, name);
      const existing = await this.connectors.findForChange(sql, name);
      checkPreconditions(`The connector ${name}`, conditions, existing?.revision);
      if (existing) return this.#delete(sql, existing, elements, who);
      return this.#removeElements(sql, name, elements, who);
    });
    await this.wakeUps.connectors([name], `connector ${name} deleted`);
    return run;
  }

  async #delete(
    sql: Sql,
    existing: StoredConnector,
    elements: 'keep' | 'remove',
    who: string,
  ): Promise<Run | undefined> {
    const document = existing.configuration;
    const { name, gateway } = document;
    const revision = await addRevision(sql, 'connector', name, { change: 'deleted', document, who });
    const run =
      elements === 'remove' ? await this.removals.request(sql, { connector: name, gateway, who }) : undefined;
    await this.connectors.delete(sql, existing, { elements, runId: run?.id ?? null, who });
    const detail = { elements, ...(run ? { run: run.id } : {}) };
    await recordAudit(sql, { who, action: 'delete', kind: 'connector', name, revision, detail });
    return run;
  }

  /** Of one that is deleted already: by the document that it had last. */
  async #removeElements(sql: Sql, name: string, elements: 'keep' | 'remove', who: string): Promise<Run> {
    if (elements === 'keep') throw unknownConnector(name);
    const pending = await this.removals.pending(sql, name);
    if (pending) return pending;
    const gateway = await this.connectors.gatewayOfDeleted(sql, name);
    if (gateway === undefined) throw unknownConnector(name);
    const run = await this.removals.request(sql, { connector: name, gateway, who });
    await this.connectors.removeElements(sql, { name, gateway, runId: run.id, who });
    await recordAudit(sql, {
      who,
      action: 'delete',
      kind: 'connector',
      name,
      detail: { elements, run: run.id },
    });
    return run;
  }

  async #writeOn(
    revision: number,
    configuration: ConnectorConfiguration,
    principal: Principal,
  ): Promise<Applied | undefined> {
    return this.database.transaction(async (sql) => {
      const existing = await this.connectors.findForChange(sql, configuration.name);
      if (!existing) throw unknownConnector(configuration.name);
      return existing.revision === revision
        ? this.#update(sql, existing, configuration, principal)
        : undefined;
    });
  }

  async #write(
    configuration: ConnectorConfiguration,
    conditions: Preconditions,
    principal: Principal,
    refuseExisting?: (existing: StoredConnector) => never,
  ): Promise<Applied> {
    const { name } = configuration;
    return this.database.transaction(async (sql) => {
      // Two who create the same name at once: the second one waits here and finds the first one's.
      const [, existing] = await Promise.all([lockName(sql, name), this.connectors.findForChange(sql, name)]);
      if (existing) refuseExisting?.(existing);
      checkPreconditions(`The connector ${name}`, conditions, existing?.revision);
      return existing
        ? this.#update(sql, existing, configuration, principal)
        : this.#create(sql, configuration, principal);
    });
  }

  async #create(sql: Sql, configuration: ConnectorConfiguration, { name: who }: Principal): Promise<Applied> {
    const { name } = configuration;
    if (await this.connectors.endPendingRemoval(sql, name)) {
      throw new ConflictError(
        `The connector ${name} is still being deleted: its elements are not all removed yet`,
        {
          action: `GET /api/connectors/${name}/runs shows how far it is; try again when the removal has ended.`,
        },
      );
    }
    const revision = await addRevision(sql, 'connector', name, {
      change: 'created',
      document: configuration,
      who,
    });
    const [connector] = await Promise.all([
      this.connectors.insert(sql, configuration, revision, who),
      recordAudit(sql, { who, action: 'create', kind: 'connector', name, revision }),
    ]);
    return { connector, change: 'created' };
  }

  async #update(
    sql: Sql,
    existing: StoredConnector,
    configuration: ConnectorConfiguration,
    { name: who }: Principal,
  ): Promise<Applied> {
    const { name } = configuration;
    const changed = changedKeys(existing.configuration, configuration);
    if (!changed.length) return { connector: existing, change: 'unchanged' };
    const revision = await addRevision(sql, 'connector', name, {
      change: 'updated',
      document: configuration,
      who,
    });
    const [connector] = await Promise.all([
      this.connectors.update(sql, configuration, revision, who),
      recordAudit(sql, { who, action: 'update', kind: 'connector', name, revision, detail: { changed } }),
    ]);
    return { connector, change: 'updated' };
  }

  async #announce({ configuration: { name } }: StoredConnector, change: Applied['change']): Promise<void> {
    if (change !== 'unchanged') await this.wakeUps.connectors([name], `connector ${name} ${change}`);
  }
}

/** Names of the top-level keys that differ; values stay out of the audit. */
export function changedKeys(before: object, after: object): string[] {
  const [old, young] = [before, after] as Record<string, unknown>[];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => canonicalJson(old?.[key]) !== canonicalJson(young?.[key])).sort();
}

export function unknownConnector(name: string): NotFoundError {
  return new NotFoundError(`There is no connector ${name}`, {
    action: 'Check the name; GET /api/connectors lists what exists.',
  });
}

/** Until the transaction ends, also of a name that nobody has. */
async function lockName(sql: Sql, name: string): Promise<void> {
  await sql.rows(`select pg_advisory_xact_lock(hashtextextended('connector ' || $1, 0))`, [name]);
}
