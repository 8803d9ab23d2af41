import { isDeepStrictEqual } from 'node:util';
import { daemonMessages, events, SystemUnavailableError, type SenderKey } from '@idaemon/contracts';
import type { Messaging } from '@idaemon/messaging';
import type { KnownKeys, SenderKeyRepository } from './sender-key.repository.js';

const attempts = 5;
/** A request waits for this one: it must be answered well before its sender gives up. */
const deadlineMs = 1_500;

export interface SenderKeySourceOptions {
  messaging: Pick<Messaging, 'request' | 'subscribe'>;
  stored: Pick<SenderKeyRepository, 'replace'>;
  /** In the order in which the daemon said so. */
  onRead: (known: KnownKeys) => void;
  /** The daemon is away; what is known stays. */
  onFailure: (error: unknown) => void;
  onNotKept: (error: unknown) => void;
}

/** Asks the daemon for its sender keys and keeps what it says. */
export class SenderKeySource {
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #toKeep: KnownKeys | undefined;
  #kept: KnownKeys | undefined;
  #isKeeping = false;

  constructor(private readonly options: SenderKeySourceOptions) {}

  /**
   * Resolves after a read that began no earlier than this call. One at a time: of two side by side, the older answer
   * might come last, and a key that is revoked come back with it.
   */
  read(): Promise<void> {
    if (!this.#reading) {
      return (this.#reading = this.#readOnce().finally(() => (this.#reading = undefined)));
    }
    return (this.#next ??= this.#reading.then(() => {
      this.#next = undefined;
      return this.read();
    }));
  }

  onChange(look: () => void): { unsubscribe(): void } {
    return this.options.messaging.subscribe(events.senderKeysChanged, {}, look);
  }

  async #readOnce(): Promise<void> {
    try {
      const known = await this.#ask();
      this.options.onRead(known);
      this.#toKeep = known;
    } catch (error) {
      return this.options.onFailure(error);
    }
    // Not waited for: a Postgres that is away keeps no sender from being known, and no key from being revoked.
    void this.#keep();
  }

  /** Only what is new: anybody with a wrong key has the list read again. */
  async #keep(): Promise<void> {
    if (this.#isKeeping) return;
    this.#isKeeping = true;
    for (let known = this.#toKeep; known; known = this.#toKeep) {
      this.#toKeep = undefined;
      if (isDeepStrictEqual(known, this.#kept)) continue;
      try {
        if (await this.options.stored.replace(known)) this.#kept = known;
      } catch (error) {
        this.options.onNotKept(error);
      }
    }
    this.#isKeeping = false;
  }

  async #ask(): Promise<KnownKeys> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const known = await this.#askOnce();
      if (known) return known;
    }
    throw new SystemUnavailableError('The list of sender keys, which changes all the time,');
  }

  /** Undefined when the list changed between its pages. */
  async #askOnce(): Promise<KnownKeys | undefined> {
    const { messaging } = this.options;
    const keys: SenderKey[] = [];
    let revision: number | undefined;
    for (let cursor: string | undefined; ;) {
      const page = await messaging.request(daemonMessages.senderKeys, {}, { cursor }, { deadlineMs });
      revision ??= page.revision;
      if (page.revision !== revision) return undefined;
      keys.push(...page.items);
      if (page.next === null) return { revision, keys };
      cursor = page.next;
    }
  }
}
