import { Worker } from 'node:worker_threads';

export interface WatchdogOptions {
  app: string;
  /** How long the event loop may be blocked; default 20 s. */
  limitMs?: number;
  /** How often this thread says that it is not blocked; default 500 ms. */
  beatMs?: number;
  /** The process to end; default this one. */
  pid?: number;
}

const noteBytes = 4_096;

/** Runs in a thread of its own. A process that was suspended as a whole is given time to beat again. */
const thread = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const { shared, limitMs, checkMs, pid, app } = workerData;
const numbers = new Int32Array(shared, 0, 2), pause = new Int32Array(new SharedArrayBuffer(4));
let seen = 0, silentMs = 0, last = Date.now();
for (;;) {
  Atomics.wait(pause, 0, 0, checkMs);
  const now = Date.now(), beats = Atomics.load(numbers, 0);
  silentMs = beats === seen ? silentMs + Math.min(now - last, checkMs * 2) : 0;
  seen = beats; last = now;
  if (silentMs < limitMs) continue;
  const note = Buffer.from(new Uint8Array(shared, 8, Atomics.load(numbers, 1))).toString();
  const message = 'The event loop is blocked for ' + Math.round(silentMs / 1000) + ' s, which no connector may do; the process ends';
  try {
    writeSync(1, JSON.stringify({ level: 'fatal', time: new Date().toISOString(), app, atWork: note, message }) + '\\n');
  } finally {
    process.kill(pid, 'SIGKILL');
    break;
  }
}`;

/**
 * Ends a process whose event loop is blocked: it cannot heed an abort, send a heartbeat or end itself, and the
 * instance that owns its connectors by then must not have to share the third party with it.
 */
export class Watchdog {
  readonly #shared = new SharedArrayBuffer(8 + noteBytes);
  readonly #numbers = new Int32Array(this.#shared, 0, 2);
  readonly #timer: NodeJS.Timeout;
  readonly #worker: Worker;

  constructor({ app, limitMs = 20_000, beatMs = 500, pid = process.pid }: WatchdogOptions) {
    this.#worker = new Worker(thread, {
      eval: true,
      workerData: { shared: this.#shared, limitMs, checkMs: limitMs / 10, pid, app },
      resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
    });
    this.#worker.unref();
    this.#timer = setInterval(() => this.beat(), beatMs);
    this.#timer.unref();
  }

  beat(): void {
    Atomics.add(this.#numbers, 0, 1);
  }

  /** What is at work, to be named should it block. */
  note(text: string): void {
    const { written } = new TextEncoder().encodeInto(text, new Uint8Array(this.#shared, 8, noteBytes));
    Atomics.store(this.#numbers, 1, written);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#worker.terminate();
  }
}
