import { hostname } from 'node:os';
import {
  ConfigurationError,
  NotAuthorizedError,
  SystemUnavailableError,
  type ConnectorLog,
} from '@idaemon/connector-kit';
import { ContentCache } from './content-cache.js';
import { FileContents } from './file-contents.js';
import { isFailed, isForbidden, lookUpTarget, realPath, type Failed } from './file-system.js';
import type { FolderConfig } from './folder-config.js';
import { rootItem, type FolderItem } from './folder-items.js';
import { FolderWatcher } from './folder-watcher.js';
import { pathFilter } from './path-filter.js';
import { namesFor, type Names } from './qualified-names.js';
import { fromText, toText, type RawPath } from './raw-path.js';
import type { WalkOptions } from './tree-walk.js';

/** What one connector instance works with between `connect` and `disconnect`. */
export interface FolderClient {
  readonly root: RawPath;
  readonly names: Names;
  readonly contents: FileContents;
  readonly cache: ContentCache;
  readonly watcher: FolderWatcher;
  readonly walk: WalkOptions;
}

/** Throws what is wrong when the root cannot be read. */
export async function openFolderClient(config: FolderConfig, log: ConnectorLog): Promise<FolderClient> {
  const root = fromText(config.path);
  await lookUpRoot(root);
  const cache = new ContentCache();
  const filter = pathFilter(root, config);
  const watcher = new FolderWatcher({ isOn: config.watch, log, isWanted: filter.takesFolder });
  const realRoot = await realPath(root).catch(() => root);
  return {
    ...{ root, cache, watcher },
    names: namesFor(config.host ?? hostname(), config.namespaces),
    contents: new FileContents(config, cache),
    walk: {
      filter,
      followSymlinks: config.followSymlinks,
      ...{ realRoot, rootError },
      onFolder: (folder) => watcher.watch(folder),
    },
  };
}

/** The root as it is now; a link in its place is followed. */
export async function lookUpRoot(root: RawPath): Promise<FolderItem> {
  const stats = await lookUpTarget(root);
  if (isFailed(stats)) throw rootError(root, stats);
  if (!stats.isDirectory())
    throw new ConfigurationError(`config.path: ${toText(root)} is not a folder`, {
      action: 'Name a folder in config.path; of a single file, name its folder and the file in include.',
    });
  return rootItem(root, stats);
}

export function rootError(root: RawPath, cause: Failed): Error {
  const thing = `The folder ${toText(root)}`;
  if (!isForbidden(cause)) return new SystemUnavailableError(thing, { cause });
  return new NotAuthorizedError(`${thing} may not be read by the user of this process: ${cause.message}`, {
    cause,
    action: `Give the user of the integrator the right to read and enter ${toText(root)} and all folders above it.`,
  });
}
