import { hash } from 'node:crypto';
import { daemonMessages, IdaemonError } from '@idaemon/contracts';
import type { Messaging } from '@idaemon/messaging';
import type { Clock } from '@idaemon/service-runtime';

export interface ReadersOptions {
  messaging: Pick<Messaging, 'request'>;
  clock: Clock;
  isOpen: boolean;
}

/** A revoked token may read for so long; a daemon that is away keeps nobody from reading for as long as `staleMs`. */
const freshMs = 15_000;
const staleMs = 15 * 60_000;
const mostKnown = 1_000;
const deadlineMs = 2_000;

interface Known {
  isValid: boolean;
  atMs: number;
}

/** Lets those read who have a token of the daemon; its hash alone travels. Any role may read. */
export class Readers {
  readonly #known = new Map<string, Known>();

  constructor(private readonly options: ReadersOptions) {}

  /** Throws when the token is missing or not valid. */
  async check(authorization: string | undefined): Promise<void> {
    if (this.options.isOpen) return;
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw refused('The request carries no bearer token');
    if (!(await this.#isValid(hash('sha256', token, 'hex')))) {
      throw refused('The bearer token is unknown, expired or revoked');
    }
  }

  async #isValid(tokenHash: string): Promise<boolean> {
    const known = this.#known.get(tokenHash);
    const ageMs = known ? this.options.clock.monotonicMs() - known.atMs : Infinity;
    if (known && ageMs < freshMs) return known.isValid;
    try {
      const { owner } = await this.options.messaging.request(
        daemonMessages.tokenOwner,
        {},
        { hash: tokenHash },
        { deadlineMs },
      );
      return this.#learn(tokenHash, owner !== null);
    } catch (error) {
      if (known?.isValid && ageMs < staleMs) return true;
      throw error;
    }
  }

  #learn(tokenHash: string, isValid: boolean): boolean {
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(tokenHash, { isValid, atMs: this.options.clock.monotonicMs() });
    return isValid;
  }
}

function refused(message: string): IdaemonError {
  return new IdaemonError('authentication-required', message);
}
