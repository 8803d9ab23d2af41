import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, KeysetCursor } from './cursor.js';
import { readPage } from './page.js';

describe('a cursor', () => {
  it('is read back as it was made', () => {
    const text = encodeCursor({ after: 42, total: 7 });
    expect(text).toMatch(/^[\w-]+$/);
    expect(decodeCursor(KeysetCursor, text)).toEqual({ after: 42, total: 7 });
  });

  it('of nothing is the first page', () => {
    expect(decodeCursor(KeysetCursor, undefined)).toBeUndefined();
    expect(decodeCursor(KeysetCursor, '')).toBeUndefined();
  });

  it('that someone else made is refused as a mistake of the request', () => {
    for (const text of ['x', '%%%', encodeCursor({ after: 'a' }), encodeCursor({ after: 1.5, total: 1 })]) {
      expect(() => decodeCursor(KeysetCursor, text)).toThrow(
        expect.objectContaining({ code: 'request-invalid' }),
      );
    }
  });
});

/** A table of texts whose keys are their numbers, from 1. */
function tableOf(texts: readonly string[]) {
  const rows = texts.map((text, index) => ({ key: index + 1, text }));
  return {
    fetch: (after: number | undefined, limit: number) =>
      Promise.resolve(rows.filter(({ key }) => key > (after ?? 0)).slice(0, limit)),
    keyOf: (row: { key: number }) => row.key,
    itemOf: (row: { text: string }) => row.text,
  };
}

async function pagesOf(texts: readonly string[], pageSize: number, maxBytes: number): Promise<string[][]> {
  const pages: string[][] = [];
  let after: number | undefined;
  for (;;) {
    const { items, next } = await readPage({ ...tableOf(texts), pageSize, maxBytes, after });
    pages.push(items);
    if (next === null) return pages;
    after = next;
  }
}

describe('pages', () => {
  it('give every item once, in order, within their number and their bytes', async () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 250 });
    const sizes = [fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2000 })] as const;
    await fc.assert(
      fc.asyncProperty(texts, ...sizes, async (all, pageSize, maxBytes) => {
        const pages = await pagesOf(all, pageSize, maxBytes);
        expect(pages.flat()).toEqual(all);
        for (const page of pages) {
          expect(page.length).toBeLessThanOrEqual(pageSize);
          const bytes = page.reduce((sum, item) => sum + Buffer.byteLength(JSON.stringify(item)) + 1, 0);
          if (page.length > 1) expect(bytes).toBeLessThanOrEqual(maxBytes);
        }
        expect(pages.slice(0, -1).every((page) => page.length > 0)).toBe(true);
      }),
    );
  });
});
