import { overloaded } from './refusal.js';

/** What a request takes beside its body: objects, its connection's buffers. */
const requestBytes = 8 * 1024;
/** Of the room, for one sender: others still get in beside one who floods. */
const shareOfSender = 0.75;

/** Room that one request takes, until it is answered. */
export interface Room {
  /** Throws the refusal when there is no more. */
  grow(bytes: number): void;
  leave(): void;
}

/** How much of requests is held at once. What comes on top is refused before it is read. */
export class Admission {
  #held = 0;
  readonly #bySender = new Map<string, number>();

  constructor(private readonly limitBytes: number) {}

  get heldBytes(): number {
    return this.#held;
  }

  /** Throws the refusal when there is no room. */
  enter(sender: string, bytes: number): Room {
    let taken = 0;
    const grow = (more: number) => {
      const ofSender = (this.#bySender.get(sender) ?? 0) + more;
      const isTooMuch = this.#held + more > this.limitBytes || ofSender > this.limitBytes * shareOfSender;
      // Who holds nothing yet is always let in where there is room at all: a single large body must fit.
      if (isTooMuch && this.#held > taken) throw overloaded();
      this.#held += more;
      this.#bySender.set(sender, ofSender);
      taken += more;
    };
    grow(bytes + requestBytes);
    return { grow, leave: () => this.#leave(sender, taken) };
  }

  #leave(sender: string, bytes: number): void {
    this.#held -= bytes;
    const left = (this.#bySender.get(sender) ?? 0) - bytes;
    if (left > 0) this.#bySender.set(sender, left);
    else this.#bySender.delete(sender);
  }
}
