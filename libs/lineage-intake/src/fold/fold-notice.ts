import { EventEmitter } from 'node:events';

/** Says within this process that something was folded. */
export class FoldNotice {
  readonly #folded = new EventEmitter().setMaxListeners(0);

  folded(): void {
    this.#folded.emit('folded');
  }

  onFolded(listener: () => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#folded.on('folded', listener);
    signal.addEventListener('abort', () => this.#folded.off('folded', listener), { once: true });
  }
}
