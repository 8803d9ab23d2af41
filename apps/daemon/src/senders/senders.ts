import { randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ConflictError, events, NotFoundError } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { Database } from '@idaemon/persistence';
import type { Principal } from '../access/role.js';
import { hashOf } from '../access/token-value.js';
import { recordAudit } from '../audit/audit.repository.js';
import { SenderRepository, type StoredSender } from './sender.repository.js';

/** Makes and revokes the keys of those who send events; the keys are answered once and never kept. */
@Injectable()
export class Senders {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(SenderRepository) private readonly senders: SenderRepository,
  ) {}

  async create(
    { name, namespaces }: { name: string; namespaces: string[] },
    { name: who }: Principal,
  ): Promise<StoredSender & { key: string }> {
    const key = newKey();
    const { stored, revision } = await this.database.transaction(async (sql) => {
      const added = { id: randomUUID(), name, namespaces, hash: hashOf(key), createdBy: who };
      const stored = await this.senders.insert(sql, added);
      if (!stored) throw taken(name);
      await recordAudit(sql, { who, action: 'create', kind: 'sender', name, detail: { namespaces } });
      return { stored, revision: await this.senders.nextRevision(sql) };
    });
    this.messaging.publish(events.senderKeysChanged, {}, { revision });
    return { ...stored, key };
  }

  async revoke(id: string, { name: who }: Principal): Promise<void> {
    const revision = await this.database.transaction(async (sql) => {
      const revoked = await this.senders.revoke(sql, id);
      if (!revoked) throw unknown(id);
      await recordAudit(sql, { who, action: 'revoke', kind: 'sender', name: revoked.name });
      return this.senders.nextRevision(sql);
    });
    this.messaging.publish(events.senderKeysChanged, {}, { revision });
  }
}

/** 256 random bits: nothing to guess, so that a fast hash is enough to keep it by. */
function newKey(): string {
  return `lineage_${randomBytes(32).toString('base64url')}`;
}

function taken(name: string): ConflictError {
  return new ConflictError(`There is a sender of the name ${name} already`, {
    action: 'Choose another name, or revoke that one first with DELETE /api/lineage/senders/{id}.',
  });
}

function unknown(id: string): NotFoundError {
  return new NotFoundError(`There is no sender ${id} that is not revoked`, {
    action: 'Check the id; GET /api/lineage/senders lists them.',
  });
}
