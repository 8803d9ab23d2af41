import { setTimeout as sleep } from 'node:timers/promises';
import { failedEventsIn, eventIdIn, type FailedEvent } from './batch-answer.js';
import { deliver, type DeliveryOptions } from './delivery.js';
import { DeliveryError } from './delivery.error.js';
import { batchOf, bytesOf, portionsOf, type Portion, type SentEvent } from './event-bytes.js';
import { validate, type Validation } from './validate.js';

export interface LineageClientOptions {
  /** Of the receiver, e.g. `http://host:7417`; a path of it is a prefix of `/api/v1/lineage`. */
  url: string;
  /** Of the sender. */
  key?: string;
  /** Default true. */
  gzip?: boolean;
  /** How long one try may take; default 10 s. */
  timeoutMs?: number;
  /** How long an event is sent again before the call fails; default 60 s. */
  giveUpAfterMs?: number;
  /** For specs. */
  fetchLike?: typeof fetch;
  nowMs?: () => number;
  wait?: DeliveryOptions['wait'];
}

export interface BatchOutcome {
  /** How many were taken. */
  taken: number;
  /** Those that were not, in their order. */
  failed: FailedEvent[];
}

interface CallOptions {
  signal?: AbortSignal;
}

/** Sends OpenLineage events. Holds no state; any number of calls may be under way. */
export class LineageClient {
  readonly #single: string;
  readonly #batch: string;
  readonly #delivery: DeliveryOptions;

  constructor({ url, ...options }: LineageClientOptions) {
    this.#single = `${url.replace(/\/+$/, '')}/api/v1/lineage`;
    this.#batch = `${this.#single}/batch`;
    this.#delivery = {
      key: options.key,
      gzip: options.gzip ?? true,
      timeoutMs: options.timeoutMs ?? 10_000,
      giveUpAfterMs: options.giveUpAfterMs ?? 60_000,
      fetchLike: options.fetchLike ?? fetch,
      nowMs: options.nowMs ?? (() => performance.now()),
      wait: options.wait ?? ((ms, signal) => sleep(ms, undefined, { signal })),
    };
  }

  /** Resolves when the receiver has taken it, with the id that idaemon gives it. Throws `DeliveryError`. */
  async send(event: SentEvent, { signal }: CallOptions = {}): Promise<{ eventId: string | undefined }> {
    const { body } = await deliver(this.#single, bytesOf(event), this.#delivery, signal);
    return { eventId: eventIdIn(body) };
  }

  /**
   * Sends any number of events in their order. What the receiver refuses is in `failed`; when it cannot be reached any
   * more, the call throws `DeliveryError`, and to send all of them again does no harm.
   */
  async sendBatch(events: Iterable<SentEvent>, { signal }: CallOptions = {}): Promise<BatchOutcome> {
    const outcome: BatchOutcome = { taken: 0, failed: [] };
    for (const portion of portionsOf(events)) {
      const failed = await this.#sendPortion(portion, signal);
      outcome.failed.push(...failed);
      outcome.taken += portion.events.length - failed.length;
    }
    return outcome;
  }

  /** What is wrong with an event, before it is sent. */
  validate(event: SentEvent, mode: 'lenient' | 'strict' = 'strict'): Validation {
    return validate(event, mode);
  }

  async #sendPortion(portion: Portion, signal: AbortSignal | undefined): Promise<FailedEvent[]> {
    const { first, events } = portion;
    try {
      const { body } = await deliver(this.#batch, batchOf(events), this.#delivery, signal);
      return await this.#sendFailedAgain(portion, failedEventsIn(body), signal);
    } catch (error) {
      if (!(error instanceof DeliveryError) || !isForOneByOne(error)) throw error;
      return this.#sendSingly(
        events.map((event, index) => ({ event, index: first + index })),
        signal,
      );
    }
  }

  /** Those that the receiver calls retriable are sent once more, one by one. */
  async #sendFailedAgain(
    { first, events }: Portion,
    failed: readonly FailedEvent[],
    signal: AbortSignal | undefined,
  ): Promise<FailedEvent[]> {
    const final = failed.filter(({ retriable }) => !retriable);
    const again = failed
      .filter(({ retriable }) => retriable)
      .flatMap(({ index }) => {
        const event = events[index];
        return event ? [{ event, index: first + index }] : [];
      });
    const refused = await this.#sendSingly(again, signal);
    const inAll = final.map((one) => ({ ...one, index: first + one.index }));
    return [...inAll, ...refused].sort((a, b) => a.index - b.index);
  }

  async #sendSingly(
    events: readonly { event: Buffer; index: number }[],
    signal: AbortSignal | undefined,
  ): Promise<FailedEvent[]> {
    const failed: FailedEvent[] = [];
    for (const { event, index } of events) {
      try {
        await deliver(this.#single, event, this.#delivery, signal);
      } catch (error) {
        if (!(error instanceof DeliveryError) || !isOfTheEvent(error)) throw error;
        failed.push({ index, reason: error.message, retriable: false });
      }
    }
    return failed;
  }
}

/** No batches are taken there, or this one not as a whole: one text that is no JSON spoils it for the others. */
function isForOneByOne({ status }: DeliveryError): boolean {
  return status !== undefined && [400, 404, 405, 413, 501].includes(status);
}

/** Refused for what it is: the next one may be taken. A wrong key or address is everybody's. */
function isOfTheEvent({ status }: DeliveryError): boolean {
  return status === 400 || status === 403 || status === 413 || status === 422;
}
