import { mapBounded } from './async-iterables.js';
import type { ContentCache } from './content-cache.js';
import {
  isWorthReading,
  noFacts,
  readContent,
  type ContentFacts,
  type ContentOptions,
} from './content-facts.js';
import { kindOfName } from './file-kinds.js';
import { isForbidden, isGone, reasonOf } from './file-system.js';
import type { FileItem, FolderItem, TreeItem, UnreadItem } from './folder-items.js';

/** A file with what its content tells; `unread` says why that is not known. */
export interface ReadFile {
  kind: 'read-file';
  item: FileItem;
  facts: ContentFacts;
  unread?: string;
}

export type ReadItem = FolderItem | UnreadItem | ReadFile;

const filesAtOnce = 16;

/** Reads the content of files, as far as it is worth it and not known from before. */
export class FileContents {
  constructor(
    private readonly options: ContentOptions,
    private readonly cache: ContentCache,
  ) {}

  /** In the same order; without the files that have vanished. */
  async readAll(items: readonly TreeItem[]): Promise<ReadItem[]> {
    const read: (ReadItem | undefined)[] = items.map((item) => this.#withoutReading(item));
    const toRead = [...read.keys()].filter((index) => !read[index]);
    await mapBounded(toRead, filesAtOnce, async (index) => {
      read[index] = await this.#readFile(items[index] as FileItem);
    });
    return read.filter((item) => item !== undefined);
  }

  #withoutReading(item: TreeItem): ReadItem | undefined {
    if (item.kind !== 'file') return item;
    const name = kindOfName(item.path);
    if (!isWorthReading(name, Number(item.stats.size), this.options)) return readFile(item, noFacts);
    const known = this.cache.get(name, item.stats);
    return known && readFile(item, known);
  }

  async #readFile(item: FileItem): Promise<ReadItem | undefined> {
    const { path, stats } = item;
    const name = kindOfName(path);
    try {
      const facts = await readContent(path, Number(stats.size), name, this.options);
      this.cache.put(name, stats, facts);
      return readFile(item, facts);
    } catch (error) {
      if (isGone(error)) return undefined;
      const reason = reasonOf(error);
      // What may not be read is catalogued by its name and size; what cannot be read just now stays as it is.
      if (isForbidden(error)) return { ...readFile(item, noFacts), unread: reason };
      return { kind: 'unread', of: 'file', path, reason };
    }
  }
}

function readFile(item: FileItem, facts: ContentFacts): ReadFile {
  const unread = facts.unreadable;
  return { kind: 'read-file', item, facts, ...(unread ? { unread } : {}) };
}
