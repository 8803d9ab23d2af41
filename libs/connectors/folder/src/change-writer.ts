import type { BigIntStats } from 'node:fs';
import {
  SystemUnavailableError,
  type ChangeResult,
  type ConnectorLog,
  type Metadata,
} from '@idaemon/connector-kit';
import type { filesIntegrator } from '@idaemon/integration-services';
import { mapBounded } from './async-iterables.js';
import type { ColumnSet } from './columns.js';
import { columnElement, fileElement, folderElement, schemaTypeElement } from './elements.js';
import type { ReadFile, ReadItem } from './file-contents.js';
import { kind, kindOfName } from './file-kinds.js';
import { isFailed, isGone, lookUpAll, type Failed } from './file-system.js';
import { lookUpRoot, type FolderClient } from './folder-client.js';
import { ancestry, type FileItem, type FolderItem, type TreeItem } from './folder-items.js';
import { folderOf, toText, type RawPath } from './raw-path.js';
import { itemOf, walkTree } from './tree-walk.js';

/** A folder that comes with more than this is read by a refresh. */
const maxItemsAtOnce = 1_000;
const filesAtOnce = 16;

export interface WriterOptions {
  client: FolderClient;
  metadata: Metadata<typeof filesIntegrator>;
  log: ConnectorLog;
  signal: AbortSignal;
}

/** Writes single changes of the tree. */
export class ChangeWriter {
  /** Looked at once and not there: they may be about to come under another name. */
  readonly #missing = new Set<RawPath>();
  readonly #client: FolderClient;
  readonly #metadata: Metadata<typeof filesIntegrator>;
  readonly #log: ConnectorLog;
  readonly #signal: AbortSignal;

  constructor({ client, metadata, log, signal }: WriterOptions) {
    this.#client = client;
    this.#metadata = metadata;
    this.#log = log;
    this.#signal = signal;
  }

  /**
   * Looks at changed paths and writes what is there now; whether a refresh has to do the rest. What is there comes
   * before what is gone, and what is gone is looked for twice, so that a rename is seen as one.
   */
  async apply(changed: readonly RawPath[]): Promise<boolean> {
    try {
      return changed.length > 0 && (await this.#applyAll(changed));
    } catch (error) {
      for (const path of changed) this.#client.watcher.changes.add(path);
      throw error;
    }
  }

  async #applyAll(changed: readonly RawPath[]): Promise<boolean> {
    const paths = this.#nearestKnown(changed);
    this.#client.watcher.noteWritten(paths);
    const found = await lookUpAll(paths);
    const gone: RawPath[] = [];
    let needsRefresh = paths.includes(this.#client.root);
    for (const [index, path] of paths.entries()) {
      this.#signal.throwIfAborted();
      const stats = found[index]!;
      if (isFailed(stats) && isGone(stats)) gone.push(path);
      else if (await this.#writePath(path, stats)) needsRefresh = true;
    }
    // A refresh sees better which of them were renamed.
    if (gone.length && !needsRefresh) await this.#removeAll(gone);
    return needsRefresh;
  }

  /** A path in a folder that is not known yet stands for the folder. */
  #nearestKnown(changed: readonly RawPath[]): RawPath[] {
    const { root, watcher } = this.#client;
    const known = changed.map((path) => {
      let nearest = path;
      while (nearest !== root && !watcher.folder(folderOf(nearest))) nearest = folderOf(nearest);
      return nearest;
    });
    return [...new Set(known)];
  }

  async #writePath(path: RawPath, stats: BigIntStats | Failed): Promise<boolean> {
    this.#missing.delete(path);
    const parent = this.#client.watcher.folder(folderOf(path));
    if (!parent) return false;
    const item = await itemOf(path, parent, stats, this.#client.walk);
    const items = item && (await this.#withContent(item));
    return items ? this.#writeAll(items) : item !== undefined;
  }

  /** The item with all below it that is new; undefined when that is too much. */
  async #withContent(item: TreeItem): Promise<ReadItem[] | undefined> {
    const { contents, watcher, walk } = this.#client;
    if (item.kind !== 'folder' || isKnown(item, watcher.folder(item.path))) return contents.readAll([item]);
    const items: ReadItem[] = [];
    for await (const batch of walkTree(item, walk)) {
      this.#signal.throwIfAborted();
      items.push(...(await contents.readAll(batch)));
      if (items.length > maxItemsAtOnce) return undefined;
    }
    return items;
  }

  /** Folders first, the upper ones before the lower ones. */
  async #writeAll(items: readonly ReadItem[]): Promise<boolean> {
    const files = items.filter((item) => item.kind === 'read-file');
    await this.#writeFolders([...this.#foldersOf(files), ...items.filter((item) => item.kind === 'folder')]);
    const results = await mapBounded(files, filesAtOnce, (file) => this.#writeFile(file));
    for (const item of items) {
      if (item.kind === 'unread') this.#log.warn(`${toText(item.path)} could not be read: ${item.reason}`);
    }
    return results.includes(true);
  }

  /** Folders that appear with the first file in them may not be there yet. */
  #foldersOf(files: readonly ReadFile[]): FolderItem[] {
    if (!this.#client.walk.filter.isSelective) return [];
    return files.flatMap(({ item }) => [...ancestry(item.parent)].reverse());
  }

  async #writeFolders(folders: readonly FolderItem[]): Promise<void> {
    const byPath = new Map(folders.map((folder) => [folder.path, folder]));
    await this.#upsertAll([...byPath.values()], (folder) =>
      this.#metadata.fileFolders.upsert(folderElement(folder, this.#client.names)),
    );
  }

  /** Whether a refresh has to remove columns that are gone. */
  async #writeFile({ item, facts, unread }: ReadFile): Promise<boolean> {
    this.#signal.throwIfAborted();
    const { names } = this.#client;
    const known = mayHaveColumns(item.path)
      ? await this.#metadata.schemaTypes.get(names.schemaType(item.path))
      : null;
    await this.#upsertAll([item], (file) => this.#metadata.dataFiles.upsert(fileElement(file, facts, names)));
    if (unread !== undefined || known?.properties.versionNumber === facts.columns?.version) return false;
    if (facts.columns) await this.#writeColumns(item, facts.columns);
    return known !== null;
  }

  async #writeColumns(item: FileItem, { columns, version }: ColumnSet): Promise<void> {
    const { names } = this.#client;
    await this.#upsertAll([version], () =>
      this.#metadata.schemaTypes.upsert(schemaTypeElement(item, version, names)),
    );
    await this.#upsertAll([...columns.entries()], ([position, column]) =>
      this.#metadata.columns.upsert(columnElement(item, column, position, names)),
    );
  }

  /** Asked for in their order and at once: the gateway gets them together. */
  async #upsertAll<T>(all: readonly T[], upsert: (one: T) => Promise<ChangeResult>): Promise<void> {
    const results = await Promise.all(all.map(upsert));
    for (const result of results) this.#check(result);
  }

  async #removeAll(gone: readonly RawPath[]): Promise<void> {
    const { root, watcher } = this.#client;
    const before = watcher.folder(root);
    const now = await lookUpRoot(root);
    if (before && !isKnown(now, before))
      throw new SystemUnavailableError(`The folder ${toText(root)}`, {
        cause: new Error('another folder stands in its place'),
      });
    for (const path of gone) {
      if (this.#missing.delete(path)) await this.#remove(path);
      else if (this.#missing.size < maxItemsAtOnce) {
        this.#missing.add(path);
        watcher.changes.lookAgain(path);
      } else watcher.changes.overflow();
    }
  }

  /** It is not known whether it was a file or a folder: their names differ, and only one of them is there. */
  async #remove(path: RawPath): Promise<void> {
    const { names, watcher } = this.#client;
    this.#check(await this.#metadata.fileFolders.remove(names.folder(path)));
    this.#check(await this.#metadata.dataFiles.remove(names.file(path)));
    watcher.forget(path);
  }

  /** A refused element is a dead letter already: here it is only told. */
  #check(result: ChangeResult): void {
    if (result.result === 'refused') this.#log.warn(`A change was refused: ${result.error.message}`);
  }
}

function mayHaveColumns(path: RawPath): boolean {
  const { content } = kind(kindOfName(path));
  return content !== undefined && content !== 'text';
}

function isKnown(item: FolderItem, known: FolderItem | undefined): boolean {
  return known?.inode === item.inode && known.device === item.device;
}
