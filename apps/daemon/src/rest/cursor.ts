import { RequestError } from '@idaemon/contracts';

type Part = string | number;

/** Where the next page begins: the sort key of the last item, in a form that nobody is tempted to make up. */
export function writeCursor(...parts: Part[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

export function readCursor(cursor: string, length: number): Part[] {
  const parts = parse(cursor);
  if (Array.isArray(parts) && parts.length === length && parts.every(isPart)) return parts;
  throw new RequestError('The cursor is not one that this list has answered', {
    errors: [{ path: 'cursor', message: 'must be the value of next of an earlier page of the same list' }],
    action: 'Begin again without a cursor.',
  });
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function isPart(value: unknown): value is Part {
  return typeof value === 'string' || typeof value === 'number';
}

/** One page of rows that were read with one more than asked for. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  pageSize: number,
  total: number,
  itemOf: (row: Row) => Item,
  keyOf: (row: Row) => Part[],
): { items: Item[]; total: number; next: string | null } {
  const last = rows.length > pageSize ? rows[pageSize - 1] : undefined;
  return {
    items: rows.slice(0, pageSize).map(itemOf),
    total,
    next: last === undefined ? null : writeCursor(...keyOf(last)),
  };
}

/** One page of a list that is short enough to be made whole each time. */
export function pageOfAll<Item>(
  all: readonly Item[],
  { pageSize, cursor }: { pageSize: number; cursor?: string },
): { items: Item[]; total: number; next: string | null } {
  const begin = cursor === undefined ? 0 : Number(readCursor(cursor, 1)[0]);
  const end = begin + pageSize;
  return {
    items: all.slice(begin, end),
    total: all.length,
    next: end < all.length ? writeCursor(end) : null,
  };
}
