import type { BigIntStats, Dir, Dirent } from 'node:fs';
import {
  codeOf,
  isFailed,
  isGone,
  lookUpAll,
  lookUpTarget,
  openFolder,
  realPath,
  reasonOf,
  type Failed,
} from './file-system.js';
import { ancestry, fileItem, folderItem, type FolderItem, type TreeItem } from './folder-items.js';
import type { PathFilter } from './path-filter.js';
import { isAtOrBelow, join, type RawPath } from './raw-path.js';

export interface WalkOptions {
  filter: PathFilter;
  followSymlinks: boolean;
  /** The root of the whole tree with its links resolved; needed to follow links. */
  realRoot: RawPath;
  /** What is thrown when the root cannot be read. */
  rootError: (path: RawPath, cause: Failed) => Error;
  /** Called before a folder is read. */
  onFolder?: (folder: FolderItem) => void;
}

/** So many entries are looked up together, and memory holds so many for each level of the tree. */
const entriesAtOnce = 256;
/** Links to folders below links to folders: enough for any layout, few enough to end. */
const maxLinksInPath = 8;

interface OpenedFolder {
  item: FolderItem;
  reading: Dir;
  /** Found in the last entries and not entered yet. */
  subfolders: FolderItem[];
  isYielded: boolean;
}

/**
 * Everything at and below a folder, parents before children, in batches. Folders are read as streams, so that memory
 * does not grow with the tree. What vanishes meanwhile is left out, what cannot be read is said to be unread.
 */
export async function* walkTree(start: FolderItem, options: WalkOptions): AsyncGenerator<TreeItem[]> {
  const opened: OpenedFolder[] = [];
  try {
    yield await enter(start, opened, options);
    for (let folder = opened.at(-1); folder; folder = opened.at(-1)) {
      const subfolder = folder.subfolders.shift();
      const items = subfolder
        ? await enter(subfolder, opened, options)
        : await readOn(folder, opened, options);
      if (items.length) yield items;
    }
  } finally {
    await Promise.all(opened.map(({ reading }) => closed(reading)));
  }
}

async function enter(item: FolderItem, opened: OpenedFolder[], options: WalkOptions): Promise<TreeItem[]> {
  options.onFolder?.(item);
  try {
    const reading = await openFolder(item.path);
    const folder = { item, reading, subfolders: [], isYielded: false };
    opened.push(folder);
    const isWantedAnyway = !options.filter.isSelective || !item.parent;
    return isWantedAnyway ? yielded([folder]) : [];
  } catch (error) {
    if (!item.parent) throw error instanceof Error ? options.rootError(item.path, error) : error;
    if (isGone(error)) return [];
    return [...yielded(opened), item, unread('folder', item.path, error)];
  }
}

async function readOn(
  folder: OpenedFolder,
  opened: OpenedFolder[],
  options: WalkOptions,
): Promise<TreeItem[]> {
  const { entries, error } = await nextEntries(folder.reading);
  const items = await itemsOf(folder, entries, options);
  folder.subfolders = items.filter((item) => item.kind === 'folder');
  const others: TreeItem[] = items.filter((item) => item.kind !== 'folder');
  if (error && !isGone(error)) others.push(unread('folder', folder.item.path, error));
  const found = others.length ? [...yielded(opened), ...others] : [];
  if (entries.length < entriesAtOnce) await finish(folder, opened);
  return found;
}

/** A folder that was read to its end stays while there are subfolders to enter. */
async function finish(folder: OpenedFolder, opened: OpenedFolder[]): Promise<void> {
  if (folder.subfolders.length) return;
  opened.splice(opened.indexOf(folder), 1);
  await closed(folder.reading);
}

async function nextEntries(reading: Dir): Promise<{ entries: Dirent[]; error?: unknown }> {
  const entries: Dirent[] = [];
  try {
    while (entries.length < entriesAtOnce) {
      const entry = await reading.read();
      if (!entry) break;
      entries.push(entry);
    }
    return { entries };
  } catch (error) {
    return { entries, error };
  }
}

async function itemsOf(
  { item: parent }: OpenedFolder,
  entries: readonly Dirent[],
  options: WalkOptions,
): Promise<TreeItem[]> {
  const wanted = entries.filter((entry) => mayBeWanted(entry, parent, options));
  const paths = wanted.map(({ name }) => join(parent.path, name));
  const found = await lookUpAll(paths);
  const items: TreeItem[] = [];
  for (const [index, path] of paths.entries()) {
    const stats = found[index]!;
    const item = await itemOf(path, parent, stats, options);
    if (item) items.push(item);
  }
  return items;
}

/** Without a look-up, as far as the kind of the entry is known. */
function mayBeWanted(entry: Dirent, { path }: FolderItem, { filter, followSymlinks }: WalkOptions): boolean {
  if (entry.isFile()) return filter.takesFile(join(path, entry.name));
  if (entry.isDirectory()) return filter.takesFolder(join(path, entry.name));
  return !entry.isSymbolicLink() || followSymlinks;
}

/** The item of an entry that was looked up; undefined when it is none of ours. */
export async function itemOf(
  path: RawPath,
  parent: FolderItem,
  stats: BigIntStats | Failed,
  options: WalkOptions,
): Promise<TreeItem | undefined> {
  if (isFailed(stats)) return isGone(stats) ? undefined : unread('unknown', path, stats);
  if (stats.isDirectory())
    return options.filter.takesFolder(path) ? folderItem(path, parent, stats) : undefined;
  if (stats.isFile()) return options.filter.takesFile(path) ? fileItem(path, parent, stats) : undefined;
  return stats.isSymbolicLink() && options.followSymlinks
    ? linkedItem(path, parent, stats, options)
    : undefined;
}

async function linkedItem(
  path: RawPath,
  parent: FolderItem,
  own: BigIntStats,
  options: WalkOptions,
): Promise<TreeItem | undefined> {
  const stats = await lookUpTarget(path);
  if (isFailed(stats)) return isGone(stats) ? undefined : unread('unknown', path, stats);
  if (stats.isFile()) return options.filter.takesFile(path) ? fileItem(path, parent, stats, own) : undefined;
  if (!stats.isDirectory() || !options.filter.takesFolder(path)) return undefined;
  return (await leadsOutside(path, parent, stats, options))
    ? folderItem(path, parent, stats, own)
    : undefined;
}

/** A link into the tree shows what is catalogued at its own place, and may go round in circles. */
async function leadsOutside(
  path: RawPath,
  parent: FolderItem,
  target: BigIntStats,
  { realRoot }: WalkOptions,
): Promise<boolean> {
  const above = [...ancestry(parent)];
  if (above.some(({ device, inode }) => device === target.dev && inode === target.ino)) return false;
  if (above.filter(({ isLink }) => isLink).length >= maxLinksInPath) return false;
  const real = await realPath(path).catch(() => undefined);
  return real !== undefined && !isAtOrBelow(realRoot, real) && !isAtOrBelow(real, realRoot);
}

/** The folders that were opened and not yielded yet, the upper ones first. */
function yielded(opened: readonly OpenedFolder[]): TreeItem[] {
  const waiting = opened.filter(({ isYielded }) => !isYielded);
  for (const folder of waiting) folder.isYielded = true;
  return waiting.map(({ item }) => item);
}

function unread(of: 'folder' | 'file' | 'unknown', path: RawPath, error: unknown): TreeItem {
  const reason = codeOf(error) === 'ELOOP' ? 'its symbolic link leads round in a circle' : reasonOf(error);
  return { kind: 'unread', of, path, reason };
}

/** Nothing was written, so a failed close loses nothing. */
async function closed(reading: Dir): Promise<void> {
  await reading.close().catch(() => undefined);
}
