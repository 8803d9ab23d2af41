import {
  InvalidMetadataError,
  maxElementBytes,
  maxMessageBytes,
  toWireError,
  type Change,
  type ChangeResult,
} from '@idaemon/contracts';

type Send = (changes: Change[]) => Promise<ChangeResult[]>;

interface Waiting {
  change: Change;
  bytes: number;
  resolve: (result: ChangeResult) => void;
  reject: (reason: unknown) => void;
}

const maxChanges = 200;
const maxBytes = 384 * 1024;
/** Of one change; the rest of its message has the fence and the source. */
const maxChangeBytes = maxMessageBytes - 16 * 1024;

/**
 * Single changes in the order in which they were asked for. While one request is under way the next ones gather, so
 * that a thousand changes at once are a few requests, and one alone waits for nothing.
 */
export class ChangeQueue {
  readonly #waiting: Waiting[] = [];
  #isSending = false;

  constructor(private readonly send: Send) {}

  /** One that is too long for the wire is refused here: its connector goes on with the others. */
  async add(change: Change): Promise<ChangeResult> {
    const bytes = Buffer.byteLength(JSON.stringify(change));
    if (bytes > maxChangeBytes) return { result: 'refused', error: toWireError(tooLong(change, bytes)) };
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, bytes, resolve, reject });
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
      const results = await this.send(some.map(({ change }) => change));
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
    return this.#waiting.splice(0, count);
  }
}

function tooLong(change: Change, bytes: number): InvalidMetadataError {
  const what = change.operation === 'upsert' ? `The element ${change.element.qualifiedName}` : 'A change';
  return new InvalidMetadataError(
    `${what} has ${bytes} bytes, more than the ${maxElementBytes} that it may have`,
  );
}
