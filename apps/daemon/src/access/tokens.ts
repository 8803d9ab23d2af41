import { randomUUID, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ConflictError, NotFoundError } from '@idaemon/contracts';
import { Database } from '@idaemon/persistence';
import { recordAudit } from '../audit/audit.repository.js';
import type { Principal, Role } from './role.js';
import { hashOf, newTokenValue } from './token-value.js';
import { TokenRepository, type StoredToken } from './token.repository.js';

/** Makes, knows and revokes tokens; their values are answered once and never kept. */
@Injectable()
export class Tokens {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(TokenRepository) private readonly tokens: TokenRepository,
  ) {}

  /** Who presents this token; undefined for one that is unknown, expired or revoked. */
  async principalOf(token: string): Promise<Principal | undefined> {
    return this.principalOfHash(hashOf(token));
  }

  async principalOfHash(hash: Buffer): Promise<Principal | undefined> {
    const found = await this.tokens.findByHash(hash);
    if (!found || !timingSafeEqual(found.hash, hash)) return undefined;
    return { name: found.name, role: found.role };
  }

  async create(
    { name, role, expiresAt }: { name: string; role: Role; expiresAt?: string },
    { name: who }: Principal,
  ): Promise<StoredToken & { token: string }> {
    const token = newTokenValue();
    return this.database.transaction(async (sql) => {
      const added = { id: randomUUID(), name, role, hash: hashOf(token), createdBy: who, expiresAt };
      const stored = await this.tokens.insert(sql, added);
      if (!stored) {
        throw new ConflictError(`There is a token of the name ${name} already`, {
          action: 'Choose another name, or revoke that one first with DELETE /api/tokens/{id}.',
        });
      }
      await recordAudit(sql, { who, action: 'create', kind: 'token', name, detail: { role } });
      return { ...stored, token };
    });
  }

  async revoke(id: string, { name: who }: Principal): Promise<void> {
    await this.database.transaction(async (sql) => {
      // Two who revoke the last two administrators at once would lock everybody out.
      await sql.rows(`select pg_advisory_xact_lock(hashtextextended('tokens', 0))`);
      const token = await this.tokens.find(sql, id);
      if (!token) {
        throw new NotFoundError(`There is no token ${id}`, {
          action: 'Check the id; GET /api/tokens lists them.',
        });
      }
      await this.tokens.delete(sql, id);
      if ((await this.tokens.administratorCount(sql)) === 0) throw lastAdministrator(token);
      await recordAudit(sql, { who, action: 'revoke', kind: 'token', name: token.name });
    });
  }
}

function lastAdministrator({ name }: StoredToken): ConflictError {
  return new ConflictError(
    `The token ${name} is the last one of an administrator: nobody could make another`,
    {
      action: 'First create another token with the role administrator.',
    },
  );
}
