import { abortable } from './async-iterables.js';
import { ChangeWriter, type WriterOptions } from './change-writer.js';
import { lookUpRoot, type FolderClient } from './folder-client.js';
import { walkTree } from './tree-walk.js';

export interface Following extends WriterOptions {
  requestRefresh: () => void;
}

/** A refresh is asked for no more often. */
const betweenRequestsMs = 10_000;

/** Writes single changes as they happen, until the signal aborts. */
export async function followChanges(following: Following, now: () => number = Date.now): Promise<void> {
  const { client, signal } = following;
  const { changes } = client.watcher;
  const writer = new ChangeWriter(following);
  let requestedAtMs = -Infinity;
  let needsRefresh = false;
  if (client.watcher.isOn && !client.watcher.hasMetRefresh) await watchTree(client, signal);
  while (!signal.aborted) {
    const untilRequestMs = needsRefresh ? Math.max(0, requestedAtMs + betweenRequestsMs - now()) : Infinity;
    const waitMs = Math.min(changes.dueInMs() ?? Infinity, untilRequestMs);
    await changes.wait(signal, waitMs === Infinity ? undefined : waitMs);
    if (signal.aborted) return;
    if (changes.takeOverflow()) needsRefresh = true;
    if (await writer.apply(changes.takeDue())) needsRefresh = true;
    if (!needsRefresh || now() < requestedAtMs + betweenRequestsMs) continue;
    following.requestRefresh();
    requestedAtMs = now();
    needsRefresh = false;
  }
}

/** Folders alone: files are not looked at. */
async function watchTree({ root, walk }: FolderClient, signal: AbortSignal): Promise<void> {
  const filter = { ...walk.filter, takesFile: () => false, isSelective: true };
  for await (const _ of abortable(walkTree(await lookUpRoot(root), { ...walk, filter }), signal)) continue;
}
