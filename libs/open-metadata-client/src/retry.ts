import { setTimeout as wait } from 'node:timers/promises';
import { IdaemonError } from '@idaemon/contracts';
import type { Stall } from './stalls.js';

export interface RetryOptions {
  signal: AbortSignal;
  /** Called before each try; throws when there must not be another one. */
  beforeTry?: () => void;
  /** Called after each try that may be repeated; throws when it must not. */
  onFailure?: (error: unknown) => void;
  /** Called before each wait for the next try. */
  onWait?: (stall: Stall) => void;
}

const firstDelayMs = 100;
const longestDelayMs = 5_000;

/** Tries until there is an answer, an error that another try cannot mend, or an abort (then its reason is thrown). */
export async function retrying<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, beforeTry, onFailure, onWait } = options;
  for (let tries = 0; ; tries += 1) {
    signal.throwIfAborted();
    beforeTry?.();
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error)) throw error;
      onFailure?.(error);
      const nextTryInMs = delayMs(tries, error);
      onWait?.({ error, nextTryInMs });
      await wait(nextTryInMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Nobody answered, or the other side asks to be asked again. */
export function isTransient(error: unknown): error is IdaemonError {
  return error instanceof IdaemonError && (error.code === 'system-unavailable' || error.code === 'busy');
}

function delayMs(tries: number, error: unknown): number {
  const asked = error instanceof IdaemonError ? (error.retryAfterMs ?? 0) : 0;
  const backOff = Math.min(firstDelayMs * 2 ** Math.min(tries, 10), longestDelayMs);
  return Math.max(asked, backOff) * (1 + Math.random() * 0.2);
}
