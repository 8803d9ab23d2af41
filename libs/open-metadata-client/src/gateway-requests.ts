import type {
  Fence,
  MetadataSource,
  RemovalGuard,
  RequestContract,
  RunMode,
  RunTrigger,
  ServiceName,
  Synchronization,
} from '@idaemon/contracts';
import type { Messaging } from '@idaemon/messaging';
import type { z } from 'zod';
import { retrying, type RetryOptions } from './retry.js';
import { Stalls, type Stall } from './stalls.js';

/** How an owner of a connector stands towards its gateway. */
export interface GatewayClientOptions {
  messaging: Pick<Messaging, 'request' | 'subscribe'>;
  gateway: string;
  fence: Fence;
  service: ServiceName;
  source: Required<MetadataSource>;
  synchronization: Synchronization;
  removal: RemovalGuard;
  /** Called before each write and each repetition of it; throws when the lease is over. */
  assertOwner: () => void;
  /** The connector was away for longer than changes are kept: it is given all elements anew, but no removals. */
  onGap?: () => void;
  /** Requests have been repeated in vain for some seconds: told with each further try. Null: they are answered again. */
  onStall?: (stall: Stall | null) => void;
  /** Milliseconds of a clock that never goes back; default: that of the process. */
  now?: () => number;
}

export interface RunBegin {
  runId: string;
  mode: RunMode;
  trigger: RunTrigger;
  startedAt: Date;
  approves?: string;
}

export interface AskOptions {
  /** Fenced: never tried after the lease. */
  isWrite?: boolean;
  onFailure?: (error: unknown) => void;
}

/** Requests to one gateway, as one owner of one connector. */
export class GatewayRequests {
  readonly #stalls: Stalls;

  constructor(readonly options: GatewayClientOptions) {
    this.#stalls = new Stalls(
      (stall) => options.onStall?.(stall),
      () => this.nowMs(),
    );
  }

  /** Repeated while it cannot be answered, until the signal aborts. */
  ask<Request extends z.ZodType, Answer extends z.ZodType>(
    contract: RequestContract<Request, Answer>,
    payload: z.input<Request>,
    signal: AbortSignal,
    { isWrite = false, onFailure }: AskOptions = {},
  ): Promise<z.output<Answer>> {
    const { messaging, gateway, assertOwner } = this.options;
    return this.repeat(() => messaging.request(contract, { gateway }, payload, { signal }), {
      signal,
      beforeTry: isWrite ? assertOwner : undefined,
      onFailure,
    });
  }

  /** Repeats `attempt`, and tells when that takes long. */
  async repeat<T>(attempt: () => Promise<T>, options: Omit<RetryOptions, 'onWait'>): Promise<T> {
    const request = this.#stalls.follow();
    try {
      return await retrying(attempt, { ...options, onWait: request.repeats });
    } finally {
      request.ends();
    }
  }

  nowMs(): number {
    return (this.options.now ?? (() => performance.now()))();
  }
}
