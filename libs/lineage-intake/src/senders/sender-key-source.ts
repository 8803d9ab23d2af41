import { daemonMessages, events, SystemUnavailableError, type SenderKey } from '@idaemon/contracts';
import type { Messaging } from '@idaemon/messaging';
import type { KnownKeys, SenderKeyRepository } from './sender-key.repository.js';

const attempts = 5;
/** A request waits for this one: it must be answered well before its sender gives up. */
const deadlineMs = 1_500;

/** Asks the daemon for its sender keys and keeps what it says. */
export class SenderKeySource {
  constructor(
    private readonly messaging: Messaging,
    private readonly stored: SenderKeyRepository,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Undefined while the daemon is away; what is known stays. */
  async read(): Promise<KnownKeys | undefined> {
    let known: KnownKeys;
    try {
      known = await this.#ask();
    } catch (error) {
      this.onFailure(error);
      return undefined;
    }
    // A Postgres that is away keeps no sender from being known.
    await this.stored.replace(known).catch(this.onFailure);
    return known;
  }

  onChange(look: () => void): { unsubscribe(): void } {
    return this.messaging.subscribe(events.senderKeysChanged, {}, look);
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
    const keys: SenderKey[] = [];
    let revision: number | undefined;
    for (let cursor: string | undefined; ;) {
      const page = await this.messaging.request(daemonMessages.senderKeys, {}, { cursor }, { deadlineMs });
      revision ??= page.revision;
      if (page.revision !== revision) return undefined;
      keys.push(...page.items);
      if (page.next === null) return { revision, keys };
      cursor = page.next;
    }
  }
}
