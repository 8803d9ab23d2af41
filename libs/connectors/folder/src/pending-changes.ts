import type { RawPath } from './raw-path.js';

/** A path counts as settled after so long without a further event: writing a file is many events. */
const settleMs = 250;
/** A path that never settles is looked at all the same. */
const maxWaitMs = 10_000;
/** What changes again and again is looked at less often; so long without a change and it is as new. */
const pauseMs = [0, 0, 0, 0, 0, 2_000, 4_000, 8_000, 16_000, 30_000];
const forgetAfterMs = 60_000;

interface Change {
  firstAtMs: number;
  lastAtMs: number;
}
interface Past {
  count: number;
  takenAtMs: number;
}

/** Paths that have changed and wait to be looked at. Their number is bounded: beyond it all of them are one overflow. */
export class PendingChanges {
  readonly #changes = new Map<RawPath, Change>();
  readonly #past = new Map<RawPath, Past>();
  #isOverflowing = false;
  #waitingUntilMs = -Infinity;
  #wake: () => void = () => undefined;

  constructor(
    private readonly now: () => number = Date.now,
    private readonly maxPaths = 1_000,
  ) {}

  add(path: RawPath): void {
    const nowMs = this.now();
    const known = this.#changes.get(path);
    const change = { firstAtMs: known?.firstAtMs ?? nowMs, lastAtMs: nowMs };
    this.#changes.set(path, change);
    if (this.#changes.size > this.maxPaths) this.overflow();
    else if (this.#dueAtMs(path, change) < this.#waitingUntilMs) this.#wake();
  }

  /** It was taken and has to be taken once more, though it has not changed again. */
  lookAgain(path: RawPath): void {
    const past = this.#past.get(path);
    if (past) past.count--;
    this.add(path);
  }

  /** More has changed than is worth looking at one by one. */
  overflow(): void {
    this.#changes.clear();
    this.#isOverflowing = true;
    this.#wake();
  }

  /** Whether it was too much since this was asked last. */
  takeOverflow(): boolean {
    const isOverflowing = this.#isOverflowing;
    this.#isOverflowing = false;
    return isOverflowing;
  }

  /** Milliseconds until there is something to take; undefined when nothing waits. */
  dueInMs(): number | undefined {
    if (this.#isOverflowing) return 0;
    let dueAtMs = Infinity;
    for (const [path, change] of this.#changes) dueAtMs = Math.min(dueAtMs, this.#dueAtMs(path, change));
    return dueAtMs === Infinity ? undefined : Math.max(0, dueAtMs - this.now());
  }

  /** The paths that are due, the upper ones first. They have changed no more. */
  takeDue(): RawPath[] {
    const nowMs = this.now();
    const due = [...this.#changes].filter(([path, change]) => this.#dueAtMs(path, change) <= nowMs);
    for (const [path] of due) {
      this.#changes.delete(path);
      this.#remember(path, nowMs);
    }
    return due.map(([path]) => path).sort((a, b) => a.length - b.length);
  }

  /** Resolves when the signal aborts, after some time, or with a change that is due before. */
  async wait(signal: AbortSignal, timeoutMs: number | undefined): Promise<void> {
    if (signal.aborted || timeoutMs === 0) return;
    this.#waitingUntilMs = timeoutMs === undefined ? Infinity : this.now() + timeoutMs;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = () => resolve();
      signal.addEventListener('abort', this.#wake, { once: true });
      if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
    signal.removeEventListener('abort', this.#wake);
    this.#wake = () => undefined;
    this.#waitingUntilMs = -Infinity;
  }

  #dueAtMs(path: RawPath, { firstAtMs, lastAtMs }: Change): number {
    const settledAtMs = Math.min(lastAtMs + settleMs, firstAtMs + maxWaitMs);
    const past = this.#past.get(path);
    if (!past) return settledAtMs;
    const pause = pauseMs[Math.min(past.count, pauseMs.length - 1)] ?? 0;
    return Math.max(settledAtMs, past.takenAtMs + pause);
  }

  #remember(path: RawPath, nowMs: number): void {
    const past = this.#past.get(path);
    const isOld = !past || nowMs - past.takenAtMs > forgetAfterMs;
    this.#past.set(path, { count: isOld ? 1 : past.count + 1, takenAtMs: nowMs });
    if (this.#past.size <= this.maxPaths * 2) return;
    for (const [other, { takenAtMs }] of this.#past) {
      if (nowMs - takenAtMs > forgetAfterMs || this.#past.size > this.maxPaths) this.#past.delete(other);
    }
  }
}
