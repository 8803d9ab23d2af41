import {
  maxBatchesInFlight,
  noCounts,
  type BatchEntry,
  type ElementWrite,
  type RunCounts,
  type StateValues,
} from '@idaemon/contracts';
import { pendingElement, probeBytes, type PendingElement } from './pending-element.js';

/** What a batch says besides its session. */
export interface Batch {
  number: number;
  collection: string;
  scope: string;
  entries: BatchEntry[];
  /** Saved with the batch. */
  state?: StateValues;
}
export interface BatchReply {
  needed: number[];
  counts: RunCounts;
}
/** Repeats a batch until it is answered; rejects when the session has failed. */
export type SendBatch = (batch: Batch) => Promise<BatchReply>;

/** The gateway begins with little, while the source is still being read; and little tells whether to ask by hash first. */
const firstEntries = 100;
const maxEntries = 500;
const maxWireBytes = 448 * 1024;
/** Content that waits for the answer of its probe. */
const maxHeldBytes = 2 * 1024 * 1024;

/**
 * The elements of one scope that are not yet in a batch, in the order in which the source gave them: parents come before
 * their children, so that nothing has to stand in for them.
 */
class BatchBuffer {
  readonly elements: PendingElement[] = [];
  bytes = 0;
  /** Sent before it was full: what is needed of it does not wait for more either. */
  isEarly = false;
  state: StateValues | undefined;

  constructor(
    readonly scope: string,
    readonly isProbe: boolean,
    private readonly maxEntries: number,
  ) {}

  add(element: PendingElement): void {
    this.elements.push(element);
    this.bytes += element.bytes;
  }

  hasRoomFor(element: PendingElement): boolean {
    if (this.elements.length === 0) return true;
    const limit = this.isProbe ? maxHeldBytes : maxWireBytes;
    return this.elements.length < this.maxEntries && this.bytes + element.bytes <= limit && this.#fitsWire();
  }

  #fitsWire(): boolean {
    if (!this.isProbe) return true;
    const last = this.elements.at(-1);
    return last === undefined || this.elements.length * probeBytes(last.full.qualifiedName) < maxWireBytes;
  }
}

/**
 * Turns elements into batches. It asks by hash first and sends the content of what differs; where most differs it
 * sends the content at once, until most is unchanged again. Memory is bounded by the batches in flight.
 */
export class SessionWriter {
  readonly #buffers = new Map<string, BatchBuffer>();
  readonly #ready: BatchBuffer[] = [];
  #inFlight = 0;
  #nextNumber = 0;
  #answered = 0;
  #isProbing: boolean;
  #counts: RunCounts = noCounts;
  #failure: { error: unknown } | undefined;
  #wake: () => void = () => undefined;
  #woken: Promise<void> = Promise.resolve();

  /** `isFirst`: nothing is there to ask for. */
  constructor(
    private readonly send: SendBatch,
    { isFirst = false }: { isFirst?: boolean | undefined } = {},
  ) {
    this.#isProbing = !isFirst;
    this.#rest();
  }

  /** Batches that were answered. */
  get answered(): number {
    return this.#answered;
  }

  get counts(): RunCounts {
    return this.#counts;
  }

  /** Resolves when there is room for the next element; undefined: there is room. */
  write(collection: string, scope: string, element: ElementWrite): Promise<void> | undefined {
    if (!this.#failure) {
      const pending = pendingElement(collection, element);
      this.#put(scope, this.#isProbing && pending.probe !== undefined, pending);
    }
    return this.#isFull || this.#failure ? this.#untilRoom() : undefined;
  }

  /** Sends what waits for its batch to become full. */
  flush(): void {
    for (const [key, buffer] of this.#buffers) {
      buffer.isEarly = true;
      this.#makeReady(key, buffer);
    }
    this.#pump();
  }

  /** Resolves when all that was written is answered; rejects when any of it failed. */
  async drain(): Promise<void> {
    for (;;) {
      this.#throwFailure();
      this.flush();
      if (this.#inFlight === 0) return;
      await this.#woken;
    }
  }

  /**
   * Saves state with the last of what was written before, when all the rest is answered: it is never ahead of what it
   * stands for. False when nothing was left to carry it.
   */
  async saveWithLast(state: StateValues): Promise<boolean> {
    for (;;) {
      this.#throwFailure();
      const [last, ...others] = [...this.#buffers].filter(([, buffer]) => !this.#asksFirst(buffer));
      const isRest = others.length === 0 && this.#buffers.size === (last ? 1 : 0);
      if (this.#inFlight === 0 && this.#ready.length === 0 && isRest) {
        if (last) last[1].state = state;
        await this.drain();
        return last !== undefined;
      }
      for (const [key, buffer] of this.#buffers) if (key !== last?.[0]) this.#makeReady(key, buffer);
      this.#pump();
      if (this.#inFlight > 0) await this.#woken;
    }
  }

  get #isFull(): boolean {
    return this.#ready.length >= maxBatchesInFlight;
  }

  async #untilRoom(): Promise<void> {
    while (this.#isFull && !this.#failure) await this.#woken;
    this.#throwFailure();
  }

  #makeReady(key: string, buffer: BatchBuffer): void {
    this.#buffers.delete(key);
    this.#ready.push(buffer);
  }

  #put(scope: string, isProbe: boolean, element: PendingElement): void {
    const key = `${isProbe} ${scope}`;
    let buffer = this.#buffers.get(key);
    if (buffer && !buffer.hasRoomFor(element)) {
      this.#ready.push(buffer);
      this.#pump();
      buffer = undefined;
    }
    if (!buffer)
      this.#buffers.set(
        key,
        (buffer = new BatchBuffer(scope, isProbe, this.#nextNumber === 0 ? firstEntries : maxEntries)),
      );
    buffer.add(element);
  }

  #pump(): void {
    while (this.#inFlight < maxBatchesInFlight && !this.#failure) {
      const buffer = this.#ready.shift();
      if (!buffer) return;
      this.#inFlight += 1;
      void this.#sendBuffer(buffer);
    }
  }

  async #sendBuffer(buffer: BatchBuffer): Promise<void> {
    const { scope, elements, state } = buffer;
    const isProbe = this.#asksFirst(buffer);
    const collection = elements[0]?.collection ?? '';
    const entries = elements.map(({ full, probe, ...own }) => {
      const entry = isProbe && probe ? probe : full;
      return own.collection === collection ? entry : { collection: own.collection, ...entry };
    });
    const number = this.#nextNumber++;
    try {
      const carried = state ? { state } : {};
      const reply = await this.send({ number, collection, scope, entries, ...carried });
      this.#answered += 1;
      this.#learn(isProbe, elements.length, reply);
      for (const index of reply.needed) this.#putNeeded(buffer, index);
      if (buffer.isEarly && reply.needed.length > 0) this.flush();
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#inFlight -= 1;
    this.#pump();
    this.#rest();
  }

  /** What was gathered to be asked for goes with its content, once that has turned out to be better. */
  #asksFirst({ isProbe, bytes }: BatchBuffer): boolean {
    return isProbe && (this.#isProbing || bytes > maxWireBytes);
  }

  #putNeeded({ scope, elements }: BatchBuffer, index: number): void {
    const element = elements[index];
    if (!element) throw new Error(`The gateway needs entry ${index} of a batch of ${elements.length}`);
    this.#put(scope, false, element);
  }

  /** Half is the break-even: content twice as long costs what one round of probes costs. */
  #learn(isProbe: boolean, size: number, { needed, counts }: BatchReply): void {
    const before = this.#counts;
    this.#counts = counts;
    if (isProbe) {
      this.#isProbing = needed.length * 2 < size;
      return;
    }
    const unchanged = counts.unchanged - before.unchanged;
    if (unchanged > 0 && unchanged * 2 > sum(counts) - sum(before)) this.#isProbing = true;
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Wakes those who wait for room or for the end. */
  #rest(): void {
    this.#wake();
    this.#woken = new Promise((resolve) => (this.#wake = resolve));
  }
}

function sum({ created, updated, removed, unchanged, failed }: RunCounts): number {
  return created + updated + removed + unchanged + failed;
}
