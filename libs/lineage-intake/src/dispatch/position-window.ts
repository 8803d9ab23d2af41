/** The events of one reading that are under way: tells up to where all before are done. */
export class PositionWindow {
  readonly #underWay: { position: number; isDone: boolean }[] = [];
  #doneTo: number;

  constructor(position: number) {
    this.#doneTo = position;
  }

  /** Everything up to this position is done. */
  get doneTo(): number {
    return this.#doneTo;
  }

  get size(): number {
    return this.#underWay.length;
  }

  /** Begins an event; positions only grow. Call the result once it is done. */
  begin(position: number): () => void {
    const entry = { position, isDone: false };
    this.#underWay.push(entry);
    return () => {
      entry.isDone = true;
      this.#advance();
    };
  }

  /** Nothing up to this position is under way or still to come but what has begun. */
  passed(position: number): void {
    this.begin(position)();
  }

  #advance(): void {
    let done = 0;
    for (const entry of this.#underWay) {
      if (!entry.isDone) break;
      this.#doneTo = entry.position;
      done += 1;
    }
    if (done > 0) this.#underWay.splice(0, done);
  }
}
