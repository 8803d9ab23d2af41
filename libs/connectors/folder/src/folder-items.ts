import type { BigIntStats } from 'node:fs';
import type { RawPath } from './raw-path.js';

/** A folder of the tree, with what its children need of it. */
export interface FolderItem {
  kind: 'folder';
  path: RawPath;
  parent: FolderItem | undefined;
  device: bigint;
  inode: bigint;
  birthtimeNs: bigint;
  sourceKey: string | undefined;
  /** Before the keys of all below: what was reached over a link is another thing than what it leads to. */
  keyPrefix: string;
  /** The folder that it was reached over is a link. */
  isLink: boolean;
}

export interface FileItem {
  kind: 'file';
  path: RawPath;
  parent: FolderItem;
  stats: BigIntStats;
  sourceKey: string | undefined;
  isLink: boolean;
}

/** Something that is there and cannot be read; `of` is unknown for a link that leads nowhere. */
export interface UnreadItem {
  kind: 'unread';
  of: 'folder' | 'file' | 'unknown';
  path: RawPath;
  reason: string;
}

export type TreeItem = FolderItem | FileItem | UnreadItem;

export function rootItem(path: RawPath, stats: BigIntStats): FolderItem {
  const { dev: device, ino: inode, birthtimeNs } = stats;
  const own = { device, inode, birthtimeNs, isLink: false };
  const root = {
    kind: 'folder',
    path,
    parent: undefined,
    sourceKey: undefined,
    keyPrefix: '',
    ...own,
  } as const;
  return { ...root, sourceKey: sourceKeyOf(root, stats) };
}

/** `own` is of the entry itself, `stats` of what a link leads to. */
export function folderItem(path: RawPath, parent: FolderItem, stats: BigIntStats, own = stats): FolderItem {
  const sourceKey = sourceKeyOf(parent, own);
  const isLink = own !== stats;
  const keyPrefix = isLink ? `${sourceKey ?? path}/` : parent.keyPrefix;
  const { dev: device, ino: inode, birthtimeNs } = stats;
  return { kind: 'folder', path, parent, device, inode, birthtimeNs, sourceKey, keyPrefix, isLink };
}

export function fileItem(path: RawPath, parent: FolderItem, stats: BigIntStats, own = stats): FileItem {
  return { kind: 'file', path, parent, stats, sourceKey: sourceKeyOf(parent, own), isLink: own !== stats };
}

/**
 * The same file under another name has the same key: inode and birth time, since inodes are used again. The device
 * counts only where it is not the root's: its number changes with each mount. None where the file system knows no
 * birth time, and none for files with several names.
 */
function sourceKeyOf(parent: FolderItem, own: BigIntStats): string | undefined {
  const hasSeveralNames = !own.isDirectory() && own.nlink > 1n;
  if (own.birthtimeNs === 0n || hasSeveralNames) return undefined;
  const device = own.dev === rootOf(parent).device ? '' : `${own.dev}:`;
  return `${parent.keyPrefix}${device}${own.ino}:${own.birthtimeNs}`;
}

export function rootOf(item: FolderItem): FolderItem {
  let root = item;
  while (root.parent) root = root.parent;
  return root;
}

/** The folder itself first, the root last. */
export function* ancestry(item: FolderItem): Generator<FolderItem> {
  for (let at: FolderItem | undefined = item; at; at = at.parent) yield at;
}
