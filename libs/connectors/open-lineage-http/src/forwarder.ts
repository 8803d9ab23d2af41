import { InvalidMetadataError, SystemUnavailableError } from '@idaemon/connector-kit';
import type { ReceivedEvent } from '@idaemon/integration-services';
import { failureOf, isWrongAddress, reasonOf } from './answers.js';
import { takenOf } from './batch-answer.js';
import { Faults } from './faults.js';
import type { Poster } from './poster.js';

export interface Target {
  single: URL;
  batch: URL;
}

/** A receiver without an endpoint for batches is asked again after this time: it may have got one. */
const askAgainMs = 3_600_000;

/** Passes events on to one receiver. */
export class Forwarder {
  readonly #faults = new Faults();
  /** Of a call that failed: all of its events are handed over again, one by one, and these with them. */
  readonly #taken = new Set<string>();
  #singlesUntilMs = 0;

  constructor(
    private readonly poster: Poster,
    private readonly target: Target,
    private readonly transform: (body: Buffer) => Buffer,
    private readonly nowMs: () => number,
  ) {}

  /** Resolves when the receiver has taken all of them; twice the same is sent once after a failure of others. */
  async forward(events: readonly ReceivedEvent[], signal: AbortSignal): Promise<void> {
    const open = events.filter((event) => !this.#taken.delete(idOf(event)));
    const taken = await this.#sendBatch(open, signal);
    for (const event of open.filter((one) => !taken.has(one))) {
      try {
        await this.#sendOne(event, signal);
        taken.add(event);
      } catch (error) {
        // A call for one event is tried again for that one alone.
        if (events.length > 1) for (const one of taken) this.#taken.add(idOf(one));
        throw error;
      }
    }
  }

  /** Those that were taken; each of the others, sent by itself, is answered with its own reason. */
  async #sendBatch(events: readonly ReceivedEvent[], signal: AbortSignal): Promise<Set<ReceivedEvent>> {
    if (events.length < 2 || this.nowMs() < this.#singlesUntilMs) return new Set();
    const { batch } = this.target;
    const answer = await this.poster.post(batch, this.#arrayOf(events), signal);
    const taken = takenOf(answer, events.length);
    if (taken === 'no endpoint') this.#singlesUntilMs = this.nowMs() + askAgainMs;
    const failure = isWrongAddress(answer.status) ? undefined : failureOf(answer, batch, this.nowMs());
    if (failure && !(failure instanceof InvalidMetadataError)) throw failure;
    return new Set(Array.isArray(taken) ? taken.flatMap((index) => events[index] ?? []) : []);
  }

  async #sendOne(event: ReceivedEvent, signal: AbortSignal): Promise<void> {
    const { single } = this.target;
    const answer = await this.poster.post(single, this.transform(event.body), signal);
    const failure = failureOf(answer, single, this.nowMs());
    if (!failure) return this.#faults.taken(idOf(event));
    if (answer.status === 500 && !this.#faults.failed(idOf(event)))
      throw new SystemUnavailableError(`The OpenLineage receiver ${single.origin}`, {
        cause: new Error(`it answered 500${reasonOf(answer)}`),
      });
    throw failure;
  }

  #arrayOf(events: readonly ReceivedEvent[]): Buffer {
    const pieces = events.flatMap(({ body }) => [Buffer.from(','), withoutMark(this.transform(body))]);
    return Buffer.concat([Buffer.from('['), ...pieces.slice(1), Buffer.from(']')]);
  }
}

const idOf = ({ stream, position }: ReceivedEvent): string => `${stream}/${position}`;

/** A byte order mark may begin a body and nothing else. */
function withoutMark(body: Buffer): Buffer {
  return body[0] === 0xef ? body.subarray(3) : body;
}
