import { overloaded } from './refusal.js';

/** What a request takes beside its body: objects, its connection's buffers. */
const requestBytes = 8 * 1024;
/** Of the room, for one sender: others still get in beside one who floods. */
const shareOfSender = 0.75;

interface Held {
  bytes: number;
}

/** How much of requests is held at once. What comes on top is refused before it is read. */
export class Admission {
  #held = 0;
  readonly #bySender = new Map<string, Held>();

  constructor(private readonly limitBytes: number) {}

  get heldBytes(): number {
    return this.#held;
  }

  /** Throws the refusal when there is no room. */
  enter(sender: string, bytes: number): Room {
    const room = new Room(this, sender);
    room.grow(bytes + requestBytes);
    return room;
  }

  /** `taken`: what the one who asks has already. */
  take(sender: string, bytes: number, taken: number): void {
    const ofSender = this.#bySender.get(sender) ?? { bytes: 0 };
    const isTooMuch =
      this.#held + bytes > this.limitBytes || ofSender.bytes + bytes > this.limitBytes * shareOfSender;
    // Who holds nothing yet is always let in where there is room at all: a single large body must fit.
    if (isTooMuch && this.#held > taken) throw overloaded();
    this.#held += bytes;
    ofSender.bytes += bytes;
    if (ofSender.bytes === bytes) this.#bySender.set(sender, ofSender);
  }

  giveBack(sender: string, bytes: number): void {
    this.#held -= bytes;
    const ofSender = this.#bySender.get(sender);
    if (!ofSender) return;
    ofSender.bytes -= bytes;
    if (ofSender.bytes <= 0) this.#bySender.delete(sender);
  }
}

/** Room that one request takes, until it is answered. */
export class Room {
  #taken = 0;

  constructor(
    private readonly admission: Admission,
    private readonly sender: string,
  ) {}

  /** Throws the refusal when there is no more. */
  grow(bytes: number): void {
    this.admission.take(this.sender, bytes, this.#taken);
    this.#taken += bytes;
  }

  leave(): void {
    this.admission.giveBack(this.sender, this.#taken);
    this.#taken = 0;
  }
}
