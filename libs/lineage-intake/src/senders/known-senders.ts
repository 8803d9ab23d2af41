import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Messaging } from '@idaemon/messaging';
import { Database, isUnavailable } from '@idaemon/persistence';
import { ENVIRONMENT, LOG, SHUTDOWN, type Log } from '@idaemon/service-runtime';
import type { LineageEnvironment } from '../lineage-environment.js';
import { opennessOf } from './open-to-all.js';
import { SenderKeyRepository, type KnownKeys } from './sender-key.repository.js';
import { SenderKeySource } from './sender-key-source.js';
import { SenderKeys } from './sender-keys.js';

/** Notices of changes may be lost. */
const readEveryMs = 30_000;

/** The keys of senders as they are known now: kept in Postgres, read again when the daemon says so and from time to time. */
@Injectable()
export class KnownSenders implements OnApplicationBootstrap {
  readonly keys: SenderKeys;
  readonly #stored: SenderKeyRepository;
  readonly #source: SenderKeySource;
  #isAway = false;

  constructor(
    @Inject(Database) database: Database,
    @Inject(Messaging) messaging: Messaging,
    @Inject(ENVIRONMENT) environment: LineageEnvironment,
    @Inject(LOG) private readonly log: Log,
    @Inject(SHUTDOWN) private readonly shutdown: AbortSignal,
  ) {
    this.#stored = new SenderKeyRepository(database);
    this.#source = new SenderKeySource({
      ...{ messaging, stored: this.#stored },
      onRead: (known) => this.#take(known),
      onFailure: (error) => this.#tellFailure(error),
      onNotKept: (error) => this.#tellNotKept(error),
    });
    this.keys = new SenderKeys({
      isOpen: opennessOf(environment),
      refresh: () => this.#source.read(),
      nowMs: () => performance.now(),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    const known = await this.#stored.load();
    if (known) this.keys.take(known);
    const listening = this.#source.onChange(() => void this.#source.read());
    this.shutdown.addEventListener('abort', () => listening.unsubscribe(), { once: true });
    void this.#repeat();
  }

  async #repeat(): Promise<void> {
    while (!this.shutdown.aborted) {
      await this.#source.read();
      await wait(readEveryMs, undefined, { signal: this.shutdown }).catch(() => undefined);
    }
  }

  #take(known: KnownKeys): void {
    this.keys.take(known);
    if (this.#isAway) this.log.info('The sender keys are read again');
    this.#isAway = false;
  }

  #tellFailure(error: unknown): void {
    if (this.#isAway || this.shutdown.aborted) return;
    this.#isAway = true;
    this.log.warn({ error }, 'The sender keys cannot be read from the daemon; the last ones are used');
  }

  /** An outage of Postgres is told by others; the next read keeps the keys. */
  #tellNotKept(error: unknown): void {
    if (isUnavailable(error) || this.shutdown.aborted) return;
    this.log.warn(
      { error },
      'The sender keys are in use, but could not be kept in Postgres for the next start',
    );
  }
}
