import { maxMessageBytes } from '@idaemon/contracts';

/** Room for the envelope of a reply, with its total and cursor. */
const envelopeBytes = 8 * 1024;
export const maxPageBytes = maxMessageBytes - envelopeBytes;
/** Rows of one statement: some hundred large elements at once would be too much memory. */
const rowsAtOnce = 100;

/** Counts the bytes of what goes into one reply together. */
export class ByteBudget {
  #left: number;

  constructor(maxBytes = maxPageBytes) {
    this.#left = maxBytes;
  }

  /** Whether the item still fits; after one that does not, none does. */
  takes(item: unknown): boolean {
    this.#left -= Buffer.byteLength(JSON.stringify(item)) + 1;
    return this.#left >= 0;
  }
}

export interface PageRequest<Row, Item> {
  pageSize: number;
  /** The key of the last row that was given before; undefined for the first page. */
  after: number | undefined;
  /** The next rows behind that key, in the order of the list. */
  fetch: (after: number | undefined, limit: number) => Promise<Row[]>;
  keyOf: (row: Row) => number;
  itemOf: (row: Row) => Item;
  maxBytes?: number;
}

/** Reads as many items as the page and one reply hold; `next` is the key to go on behind, null at the end. */
export async function readPage<Row, Item>(
  request: PageRequest<Row, Item>,
): Promise<{ items: Item[]; next: number | null }> {
  const { pageSize, fetch, keyOf, itemOf, maxBytes } = request;
  const budget = new ByteBudget(maxBytes);
  const items: Item[] = [];
  let { after } = request;
  for (;;) {
    const wanted = Math.min(rowsAtOnce, pageSize - items.length);
    const rows = await fetch(after, wanted + 1);
    for (const row of rows.slice(0, wanted)) {
      const item = itemOf(row);
      // A page has at least one item: no single one is larger than a reply.
      if (!budget.takes(item) && items.length > 0) return { items, next: after ?? null };
      items.push(item);
      after = keyOf(row);
    }
    if (rows.length <= wanted) return { items, next: null };
    if (items.length >= pageSize) return { items, next: after ?? null };
  }
}
