import {
  SystemUnavailableError,
  type ConnectorStateStore,
  type RefreshMetadata,
} from '@idaemon/connector-kit';
import type { filesIntegrator } from '@idaemon/integration-services';
import { abortable, oneAhead } from './async-iterables.js';
import { collections, elementsOf, folderElement, type AnyElement } from './elements.js';
import type { ReadItem } from './file-contents.js';
import { lookUpRoot, type FolderClient } from './folder-client.js';
import type { FolderItem } from './folder-items.js';
import { isSameFileSystem, rememberRoot } from './root-memory.js';
import type { Names } from './qualified-names.js';
import { toText } from './raw-path.js';
import { walkTree } from './tree-walk.js';

type Metadata = Pick<RefreshMetadata<typeof filesIntegrator>, 'sync' | 'unread'>;

interface Unread {
  what: { fileFolders: string } | { dataFiles: string };
  reason: string;
}

interface Refreshing {
  client: FolderClient;
  metadata: Metadata;
  state: ConnectorStateStore;
  signal: AbortSignal;
}

/** Makes open metadata equal to the tree. */
export async function refreshTree(refreshing: Refreshing): Promise<void> {
  const { client, metadata } = refreshing;
  const ended = client.watcher.noteRefresh();
  try {
    await metadata.sync(collections, elementsOfTree(refreshing));
    client.cache.forgetUnseen();
  } finally {
    ended();
  }
}

async function* elementsOfTree({ client, metadata, state, signal }: Refreshing): AsyncGenerator<AnyElement> {
  const root = await lookUpRoot(client.root);
  const before = await isSameFileSystem(root, state);
  let isEmpty = true;
  for await (const items of abortable(oneAhead(readItems(root, client)), signal)) {
    for (const item of items) {
      if (item !== root) isEmpty = false;
      // Not delegated to another async generator, which would wait twice for each element.
      for (const element of elementsOfItem(item, client.names)) yield element;
      for (const { what, reason } of unreadOf(item, client.names)) await metadata.unread(what, reason);
    }
  }
  await checkThatItStayed(root);
  if (isEmpty && !before) throw notMounted(root);
  if (!isEmpty) await rememberRoot(root, state);
}

async function* readItems(root: FolderItem, { walk, contents }: FolderClient): AsyncGenerator<ReadItem[]> {
  for await (const items of walkTree(root, walk)) yield await contents.readAll(items);
}

function elementsOfItem(item: ReadItem, names: Names): Iterable<AnyElement> {
  if (item.kind === 'folder') return [{ fileFolders: folderElement(item, names) }];
  return item.kind === 'unread' ? [] : elementsOf(item.item, item.facts, names);
}

function unreadOf(item: ReadItem, names: Names): Unread[] {
  if (item.kind === 'folder') return [];
  if (item.kind === 'read-file')
    return item.unread ? [{ what: { dataFiles: names.file(item.item.path) }, reason: item.unread }] : [];
  const { of, path, reason } = item;
  const asFolder = { what: { fileFolders: names.folder(path) }, reason };
  const asFile = { what: { dataFiles: names.file(path) }, reason };
  if (of === 'unknown') return [asFolder, asFile];
  return [of === 'folder' ? asFolder : asFile];
}

/** A file system that goes away while it is read looks like a tree that gets empty. */
async function checkThatItStayed(root: FolderItem): Promise<void> {
  const now = await lookUpRoot(root.path);
  if (now.device !== root.device || now.inode !== root.inode)
    throw new SystemUnavailableError(`The folder ${toText(root.path)}`, {
      cause: new Error('it became another folder while it was read'),
    });
}

function notMounted(root: FolderItem): SystemUnavailableError {
  return new SystemUnavailableError(`The folder ${toText(root.path)}`, {
    cause: new Error(
      'it is empty and on another file system than what was catalogued: it seems not to be mounted',
    ),
    action: 'Mount it again. If it moved to a new, empty file system on purpose, put a first file there.',
  });
}
