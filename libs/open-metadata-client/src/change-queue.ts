import {
  IdaemonError,
  InvalidMetadataError,
  maxElementBytes,
  maxMessageBytes,
  maxStateBytes,
  toWireError,
  type Change,
  type ChangeResult,
  type StateValues,
} from '@idaemon/contracts';
import { cutName } from './pending-element.js';

type Send = (changes: Change[], state: StateValues | undefined) => Promise<ChangeResult[]>;

interface Waiting {
  change: Change;
  state: StateValues | undefined;
  bytes: number;
  resolve: (result: ChangeResult) => void;
  reject: (reason: unknown) => void;
}

const maxChanges = 200;
const maxBytes = 384 * 1024;
/** Of one change with its state; the rest of its message has the fence and the source. */
const maxChangeBytes = maxMessageBytes - maxStateBytes - 16 * 1024;
/** What a connector may have asked for and not waited for. */
const maxWaiting = 10_000;
const maxWaitingBytes = 32 * 1024 * 1024;

/**
 * Single changes in the order in which they were asked for. While one request is under way the next ones gather, so
 * that a thousand changes at once are a few requests, and one alone waits for nothing.
 */
export class ChangeQueue {
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #isSending = false;

  constructor(private readonly send: Send) {}

  /** Rejects when too many wait: somebody asks without awaiting what was asked before. */
  async add(asked: Change, state?: StateValues): Promise<ChangeResult> {
    const { change, bytes } = fitted(asked);
    if (bytes > maxChangeBytes) return { result: 'refused', error: toWireError(tooLong(change, bytes)) };
    if (this.#waiting.length >= maxWaiting || this.#waitingBytes + bytes > maxWaitingBytes) throw tooMany();
    return new Promise((resolve, reject) => {
      const stateBytes = state ? Buffer.byteLength(JSON.stringify(state)) : 0;
      this.#waiting.push({ change, state, bytes: bytes + stateBytes, resolve, reject });
      this.#waitingBytes += bytes + stateBytes;
      if (!this.#isSending) void this.#sendAll();
    });
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting.length > 0) await this.#sendSome(this.#take());
    this.#isSending = false;
  }

  async #sendSome(some: Waiting[]): Promise<void> {
    try {
      const states = some.flatMap(({ state }) => state ?? []);
      const state = states.length > 0 ? (Object.assign({}, ...states) as StateValues) : undefined;
      const results = await this.send(
        some.map(({ change }) => change),
        state,
      );
      some.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result) resolve(result);
        else reject(new Error('The gateway answered fewer results than there were changes'));
      });
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
  }

  #take(): Waiting[] {
    let count = 0;
    let bytes = 0;
    for (const next of this.#waiting) {
      if (count > 0 && (count === maxChanges || bytes + next.bytes > maxBytes)) break;
      bytes += next.bytes;
      count += 1;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }
}

/** An element that is too long for the wire goes by its names and size, to be a dead letter at once. */
function fitted(change: Change): { change: Change; bytes: number } {
  const bytes = Buffer.byteLength(JSON.stringify(change));
  if (change.operation !== 'upsert' || bytes <= maxElementBytes) return { change, bytes };
  const oversizeBytes = Buffer.byteLength(JSON.stringify(change.element));
  if (oversizeBytes <= maxElementBytes) return { change, bytes };
  const { type, qualifiedName } = change.element;
  const element = { type, qualifiedName: cutName(qualifiedName), properties: {} };
  const names = { ...change, element, oversizeBytes };
  return { change: names, bytes: Buffer.byteLength(JSON.stringify(names)) };
}

function tooLong({ operation }: Change, bytes: number): InvalidMetadataError {
  return new InvalidMetadataError(`A change (${operation}) has ${bytes} bytes, more than ${maxChangeBytes}`);
}

function tooMany(): IdaemonError {
  return new IdaemonError(
    'internal-error',
    `The connector asks for changes faster than they are done: ${maxWaiting} of them, or ${maxWaitingBytes} bytes, wait`,
    { action: 'Tell the author of the connector: it must await its changes.' },
  );
}
