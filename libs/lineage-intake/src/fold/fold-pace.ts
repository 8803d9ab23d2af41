import type { Clock } from '@idaemon/service-runtime';
import type { FoldedBatch, FoldLimits } from './fold-batch.js';

/** Eight MiB of bodies are some dozens of MiB once they are parsed. */
const usualLimits: FoldLimits = { events: 500, bytes: 8 * 1024 * 1024 };
/** Few enough that nobody who sends notices. */
const gentleLimits: FoldLimits = { events: 40, bytes: 256 * 1024 };
const restPerWork = 6;
/** A transaction costs much the same for so few: more may gather for the next one. */
const fewEvents = 20;
/** Folding that is this late takes what it needs, whoever sends. */
const latestMs = 60_000;

/** How much of the process folding takes: those who send have it first. Shared by the workers of a process. */
export class FoldPace {
  #lateMs = 0;

  constructor(
    private readonly isPressed: () => boolean,
    private readonly clock: Pick<Clock, 'wallMs'>,
  ) {}

  /** One worker is enough, it takes little at once and rests in between. */
  get isGentle(): boolean {
    return this.#lateMs < latestMs && this.isPressed();
  }

  get limits(): FoldLimits {
    return this.isGentle ? gentleLimits : usualLimits;
  }

  /** How long to rest after a batch of at most `limits`. */
  restMs(batch: FoldedBatch | undefined, { events }: FoldLimits, tookMs: number): number {
    this.#lateMs = batch?.lastReceivedAt ? this.clock.wallMs() - batch.lastReceivedAt.getTime() : 0;
    if (this.isGentle) return tookMs * restPerWork;
    return batch !== undefined && batch.events < Math.min(fewEvents, events) ? tookMs : 0;
  }
}
