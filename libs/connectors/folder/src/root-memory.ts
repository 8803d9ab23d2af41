import type { ConnectorStateStore } from '@idaemon/connector-kit';
import { z } from 'zod';
import type { FolderItem } from './folder-items.js';

const key = 'root';
const Memory = z.object({ path: z.string(), device: z.string(), folder: z.string() });

/**
 * Whether the root may be the one that held something when it was last read. Without its mount another folder stands
 * in its place: on another device and of another inode. A device alone changes with each mount, a folder that was
 * made anew stays on its device.
 */
export async function isSameFileSystem(root: FolderItem, state: ConnectorStateStore): Promise<boolean> {
  const { data: before } = Memory.safeParse(await state.get(key));
  const now = memoryOf(root);
  return before?.path !== now.path || before.device === now.device || before.folder === now.folder;
}

/** Called when something was found below it. */
export async function rememberRoot(root: FolderItem, state: ConnectorStateStore): Promise<void> {
  const { data: before } = Memory.safeParse(await state.get(key));
  const now = memoryOf(root);
  const isKnown = before?.path === now.path && before.device === now.device && before.folder === now.folder;
  if (!isKnown) await state.put(key, now);
}

function memoryOf({ path, device, inode, birthtimeNs }: FolderItem): z.output<typeof Memory> {
  return { path, device: String(device), folder: `${inode}:${birthtimeNs}` };
}
