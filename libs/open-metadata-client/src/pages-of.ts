/** The items of all pages; the next page is asked for when the last item of one was taken. */
export async function* pagesOf<Item>(
  ask: (cursor: string | undefined) => Promise<{ items: Item[]; next: string | null }>,
): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const page = await ask(cursor);
    yield* page.items;
    cursor = page.next ?? undefined;
  } while (cursor);
}
