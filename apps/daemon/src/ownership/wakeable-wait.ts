/** Waits for a time, a wake-up or the end. A wake-up that comes while nobody waits ends the next wait at once. */
export class WakeableWait {
  #isWoken = false;
  #end: () => void = () => undefined;

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  wake(): void {
    this.#isWoken = true;
    this.#end();
  }

  async for(durationMs: number): Promise<void> {
    if (!this.#isWoken && !this.signal.aborted) await this.#pause(durationMs);
    this.#isWoken = false;
  }

  #pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
