const bitsPerPage = 32_768;

/** Ids of elements, one bit each, in pages: ids that are given one after the other share a page. */
export class SeenSet {
  readonly #pages = new Map<number, Uint32Array>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(id: number): boolean {
    const bit = id % bitsPerPage;
    const word = this.#pages.get(Math.floor(id / bitsPerPage))?.[bit >>> 5] ?? 0;
    return (word & (1 << (bit & 31))) !== 0;
  }

  /** Whether the id is new. */
  add(id: number): boolean {
    if (this.has(id)) return false;
    const number = Math.floor(id / bitsPerPage);
    const page = this.#pages.get(number) ?? new Uint32Array(bitsPerPage / 32);
    this.#pages.set(number, page);
    const bit = id % bitsPerPage;
    page[bit >>> 5] = (page[bit >>> 5] ?? 0) | (1 << (bit & 31));
    this.#size += 1;
    return true;
  }

  *ids(): Generator<number> {
    for (const [number, page] of this.#pages) {
      for (let bit = 0; bit < bitsPerPage; bit += 1) {
        if ((page[bit >>> 5] ?? 0) & (1 << (bit & 31))) yield number * bitsPerPage + bit;
      }
    }
  }
}
