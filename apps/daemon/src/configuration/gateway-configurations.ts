import { Inject, Injectable } from '@nestjs/common';
import { ConflictError, events, NotFoundError, type GatewayDocument } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { Database, type Sql } from '@idaemon/persistence';
import type { Principal } from '../access/role.js';
import { recordAudit } from '../audit/audit.repository.js';
import type { Preconditions } from '../rest/operation.js';
import { invalidDocument, nameOf } from './connector-checks.js';
import { changedKeys } from './connector-configurations.js';
import { checkGatewayDocument } from './document-checks.js';
import { GatewayRepository, type StoredGateway } from './gateway.repository.js';
import { checkPreconditions } from './revision-check.js';
import { addRevision } from './revision.repository.js';

export interface AppliedGateway {
  gateway: StoredGateway;
  change: 'created' | 'updated' | 'unchanged';
}

/** Changes of gateway documents. */
@Injectable()
export class GatewayConfigurations {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(GatewayRepository) private readonly gateways: GatewayRepository,
    @Inject(Messaging) private readonly messaging: Messaging,
  ) {}

  async get(name: string): Promise<StoredGateway> {
    const found = await this.gateways.find(name);
    if (found) return found;
    throw unknownGateway(name);
  }

  async create(sent: unknown, principal: Principal): Promise<StoredGateway> {
    const { gateway } = await this.#write(validGateway(sent), {}, principal, (existing) => {
      const { document, revision } = existing;
      throw new ConflictError(`The gateway ${document.name} exists already, with revision ${revision}`, {
        action: `Choose another name, or change it with PUT /api/gateways/${document.name}.`,
      });
    });
    return gateway;
  }

  async put(
    name: string,
    sent: unknown,
    conditions: Preconditions,
    principal: Principal,
  ): Promise<AppliedGateway> {
    return this.#write(validGateway(sent, name), conditions, principal);
  }

  async delete(name: string, conditions: Preconditions, { name: who }: Principal): Promise<void> {
    await this.database.transaction(async (sql) => {
      const existing = await this.gateways.findForChange(sql, name);
      checkPreconditions(`The gateway ${name}`, conditions, existing?.revision);
      if (!existing) throw unknownGateway(name);
      const users = await this.gateways.connectorsOf(sql, name);
      if (users.length) throw inUse(name, users);
      await this.gateways.delete(sql, name);
      const revision = await addRevision(sql, 'gateway', name, {
        change: 'deleted',
        document: existing.document,
        who,
      });
      await recordAudit(sql, { who, action: 'delete', kind: 'gateway', name, revision });
    });
    this.#announce(name);
  }

  async #write(
    document: GatewayDocument,
    conditions: Preconditions,
    principal: Principal,
    refuseExisting?: (existing: StoredGateway) => never,
  ): Promise<AppliedGateway> {
    const { name } = document;
    const applied = await this.database.transaction(async (sql) => {
      await sql.rows(`select pg_advisory_xact_lock(hashtextextended('gateway ' || $1, 0))`, [name]);
      const existing = await this.gateways.findForChange(sql, name);
      if (existing) refuseExisting?.(existing);
      checkPreconditions(`The gateway ${name}`, conditions, existing?.revision);
      return this.#save(sql, existing, document, principal.name);
    });
    if (applied.change !== 'unchanged') this.#announce(name);
    return applied;
  }

  async #save(
    sql: Sql,
    existing: StoredGateway | undefined,
    document: GatewayDocument,
    who: string,
  ): Promise<AppliedGateway> {
    const changed = changedKeys(existing?.document ?? {}, document);
    if (existing && !changed.length) return { gateway: existing, change: 'unchanged' };
    const change = existing ? 'updated' : 'created';
    const { name } = document;
    const revision = await addRevision(sql, 'gateway', name, { change, document, who });
    await this.gateways.write(sql, document, revision, who);
    const action = existing ? 'update' : 'create';
    await recordAudit(sql, {
      who,
      action,
      kind: 'gateway',
      name,
      revision,
      detail: existing ? { changed } : {},
    });
    const gateway = await this.gateways.findForChange(sql, name);
    if (!gateway) throw unknownGateway(name);
    return { gateway, change };
  }

  #announce(name: string): void {
    this.messaging.publish(events.daemonWake, {}, { reason: `gateway ${name} changed` });
  }
}

function validGateway(sent: unknown, name?: string): GatewayDocument {
  const { document, errors } = checkGatewayDocument(sent, name);
  if (document && !errors.length) return document;
  throw invalidDocument('gateway', nameOf(sent, name), errors);
}

function inUse(name: string, users: readonly string[]): ConflictError {
  return new ConflictError(`The gateway ${name} is used by ${users.join(', ')}`, {
    action: 'Delete these connectors or name another gateway in them; then delete the gateway.',
  });
}

export function unknownGateway(name: string): NotFoundError {
  return new NotFoundError(`There is no gateway ${name}`, {
    action: 'Check the name; GET /api/gateways lists those that are declared.',
  });
}
