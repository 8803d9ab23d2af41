import { RequestError } from '@idaemon/contracts';
import { z } from 'zod';

/** Text of a cursor: opaque to its reader, and only good for the same query again. */
export function encodeCursor(cursor: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** The content of a cursor that this gateway made; anything else is the caller's mistake. */
export function decodeCursor<Schema extends z.ZodType>(
  schema: Schema,
  text: string | undefined,
): z.output<Schema> | undefined {
  if (text === undefined || text === '') return undefined;
  const parsed = schema.safeParse(contentOf(text));
  if (parsed.success) return parsed.data;
  throw new RequestError('The cursor is not one that this list has given', {
    action: 'Ask for the first page without a cursor and go on with its "next".',
    errors: [{ path: 'cursor', message: 'must be the "next" of a page of the same list' }],
  });
}

/** Where a list in order of a row number goes on, with the total that its first page counted. */
export const KeysetCursor = z.object({ after: z.number().int(), total: z.number().int().min(0) });
export type KeysetCursor = z.output<typeof KeysetCursor>;

function contentOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
