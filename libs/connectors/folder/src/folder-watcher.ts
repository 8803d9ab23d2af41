import { watch, type FSWatcher } from 'node:fs';
import type { ConnectorLog } from '@idaemon/connector-kit';
import { codeOf } from './file-system.js';
import type { FolderItem } from './folder-items.js';
import { PendingChanges } from './pending-changes.js';
import { forFileSystem, isAtOrBelow, join, type RawPath } from './raw-path.js';

interface WatchedFolder {
  item: FolderItem;
  /** None where the watch of the root tells everything below it. */
  watching: FSWatcher | undefined;
}

/** About 25 MiB; the folders beyond are kept true by the refreshes. */
const maxFolders = 20_000;

/**
 * Notices changes in folders: one watch for each folder, none for files. Folders are watched before they are read,
 * so that no change falls between reading and watching.
 */
export class FolderWatcher {
  readonly changes: PendingChanges;
  readonly isOn: boolean;
  readonly #log: ConnectorLog;
  readonly #isWanted: (path: RawPath) => boolean;
  readonly #folders = new Map<RawPath, WatchedFolder>();
  /** Paths whose change was written while a refresh ran, which may write its older reading after it. */
  readonly #writtenMeanwhile = new Set<RawPath>();
  #refreshes = 0;
  #isRefreshing = false;
  #hasWarned = false;
  #isClosed = false;

  constructor(options: {
    isOn: boolean;
    log: ConnectorLog;
    isWanted: (path: RawPath) => boolean;
    changes?: PendingChanges;
  }) {
    this.isOn = options.isOn;
    this.#log = options.log;
    this.#isWanted = options.isWanted;
    this.changes = options.changes ?? new PendingChanges();
  }

  /** Whether a refresh watches, or has watched, the whole tree. */
  get hasMetRefresh(): boolean {
    return this.#refreshes > 0;
  }

  watch(item: FolderItem): void {
    const known = this.#folders.get(item.path);
    if (known && isSame(known.item, item)) {
      known.item = item;
      return;
    }
    if (known) this.forget(item.path);
    if (!this.isOn || this.#isClosed) return;
    if (this.#folders.size >= maxFolders) return this.#warn(`more than ${maxFolders} folders`);
    const isCovered = isRecursive && item.parent !== undefined && !item.isLink;
    const watching = isCovered ? undefined : this.#begin(item);
    if (isCovered || watching) this.#folders.set(item.path, { item, watching });
  }

  folder(path: RawPath): FolderItem | undefined {
    return this.#folders.get(path)?.item;
  }

  /** Watches a folder and all below it no longer. */
  forget(path: RawPath): void {
    if (!this.#folders.has(path)) return;
    for (const [watched, { watching }] of this.#folders) {
      if (!isAtOrBelow(path, watched)) continue;
      watching?.close();
      this.#folders.delete(watched);
    }
  }

  /** Says that a refresh reads the tree; call the result when it has ended. */
  noteRefresh(): () => void {
    this.#refreshes++;
    this.#isRefreshing = true;
    return () => {
      this.#isRefreshing = false;
      for (const path of this.#writtenMeanwhile) this.changes.add(path);
      this.#writtenMeanwhile.clear();
    };
  }

  noteWritten(paths: readonly RawPath[]): void {
    if (this.#isRefreshing) for (const path of paths) this.#writtenMeanwhile.add(path);
  }

  close(): void {
    this.#isClosed = true;
    for (const { watching } of this.#folders.values()) watching?.close();
    this.#folders.clear();
  }

  #begin(item: FolderItem): FSWatcher | undefined {
    const { path } = item;
    try {
      const watching = watch(forFileSystem(path), { encoding: 'latin1', recursive: isRecursive });
      watching.on('change', (_event, name) => this.#changed(path, name));
      watching.on('error', () => {
        this.forget(path);
        this.changes.add(path);
      });
      return watching;
    } catch (error) {
      // A folder that has gone is the business of the walk.
      if (isLimit(error)) this.#warn('the limit of this system for watches (fs.inotify.max_user_watches)');
      return undefined;
    }
  }

  #changed(folder: RawPath, name: string | Buffer | null): void {
    const path = name === null ? folder : join(folder, name.toString('latin1'));
    if (this.#isWanted(path)) this.changes.add(path);
  }

  #warn(reason: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#log.warn(`Changes in some folders are noticed by refreshes only: ${reason} is reached`);
  }
}

/** There one watch tells what happens at any depth; elsewhere Node would make one for each file. */
const isRecursive = process.platform === 'darwin';

function isSame(a: FolderItem, b: FolderItem): boolean {
  return a.inode === b.inode && a.device === b.device;
}

function isLimit(error: unknown): boolean {
  return ['ENOSPC', 'EMFILE', 'ENFILE'].includes(codeOf(error) ?? '');
}
