import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits: nothing to guess, so that a fast hash is enough to keep it by. */
export function newTokenValue(): string {
  return `idaemon_${randomBytes(32).toString('base64url')}`;
}

export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
