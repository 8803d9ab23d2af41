import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How much this process holds open: file descriptors, and handles such as sockets, watchers and timers. */
export interface OpenResources {
  descriptors: number;
  handles: number;
}

/** What a test runner opens and closes by itself at any time. */
const notTheConnectors = new Set(['Immediate', 'TickObject', 'TTYWrap', 'CloseReq']);

export function openResources(): OpenResources {
  const handles = process.getActiveResourcesInfo().filter((kind) => !notTheConnectors.has(kind));
  return { descriptors: descriptorsOf(process.platform), handles: handles.length };
}

/** Waits until no more is open than before, at most a second; what is open then. */
export async function settledResources(before: OpenResources): Promise<OpenResources> {
  let now = openResources();
  for (let tries = 0; tries < 40; tries++) {
    if (now.descriptors <= before.descriptors && now.handles <= before.handles) return before;
    await sleep(25, undefined, { ref: false });
    now = openResources();
  }
  return now;
}

function descriptorsOf(platform: NodeJS.Platform): number {
  return readdirSync(platform === 'linux' ? '/proc/self/fd' : '/dev/fd').length;
}
