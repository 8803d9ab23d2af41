import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SenderKey } from '@idaemon/contracts';
import type { Openness } from './open-to-all.js';
import type { KnownKeys } from './sender-key.repository.js';

/** Who sends; `namespaces` limits what it may speak of, none: nothing does. */
export interface Sender {
  name: string;
  namespaces: readonly string[];
}

/** `unread`: nobody knows, since the keys could never be read. */
export type KeyVerdict = Sender | 'missing' | 'unknown' | 'revoked' | 'unread';

export interface SenderKeysOptions {
  /** Without a key: taken from anybody. */
  isOpen: Openness;
  /** Has the list read once more and given to `take`, if it can be read now. */
  refresh: () => Promise<void>;
  nowMs: () => number;
}

export const anonymous: Sender = { name: 'anonymous', namespaces: [] };
/** Unknown keys ask no more often than this. */
const refreshEveryMs = 1_000;

/** Tells senders by their keys. */
export class SenderKeys {
  #byHash: Map<string, SenderKey> | undefined;
  #refreshing: Promise<void> | undefined;
  #refreshedAtMs = -Infinity;

  constructor(private readonly options: SenderKeysOptions) {}

  take({ keys }: KnownKeys): void {
    this.#byHash = new Map(keys.map((key) => [key.hash, key]));
  }

  /** By what is known now: no waiting. */
  judge(headers: IncomingHttpHeaders): KeyVerdict {
    const key = bearerOf(headers.authorization);
    if (key === undefined) {
      if (this.options.isOpen(headers)) return anonymous;
      return 'missing';
    }
    if (!this.#byHash) return 'unread';
    const found = this.#byHash.get(hash('sha256', key, 'hex'));
    if (!found) return 'unknown';
    return found.revokedAt === null ? found : 'revoked';
  }

  /** Looks once more at the list before it calls a key unknown: it may have been made a moment ago. */
  async judgeAgain(headers: IncomingHttpHeaders): Promise<KeyVerdict> {
    await this.#refresh();
    return this.judge(headers);
  }

  async #refresh(): Promise<void> {
    if (this.#refreshing) return this.#refreshing;
    if (this.options.nowMs() - this.#refreshedAtMs < refreshEveryMs) return;
    this.#refreshing = this.options.refresh();
    try {
      await this.#refreshing;
    } finally {
      this.#refreshing = undefined;
      this.#refreshedAtMs = this.options.nowMs();
    }
  }
}

function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const [, key] = /^\s*(?:bearer|api-key)\s+(.+?)\s*$/i.exec(authorization) ?? [];
  // Credentials of another kind are some key that is not known.
  return key ?? authorization;
}
