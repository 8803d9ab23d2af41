import picomatch from 'picomatch';
import type { FolderConfig } from './folder-config.js';
import { below, nameOf, toText, type RawPath } from './raw-path.js';

/** Which paths below a root are catalogued. */
export interface PathFilter {
  /** Neither hidden nor excluded. */
  takesFolder: (path: RawPath) => boolean;
  takesFile: (path: RawPath) => boolean;
  /** Only some files are taken: folders without one are left out. */
  readonly isSelective: boolean;
}

type Options = Pick<FolderConfig, 'include' | 'exclude' | 'hidden'>;

export function pathFilter(root: RawPath, { include, exclude, hidden }: Options): PathFilter {
  const isIncluded = include.length ? picomatch(include, { dot: true }) : undefined;
  const isExcluded = exclude.length ? picomatch(exclude, { dot: true }) : undefined;
  const takes = (path: RawPath) => {
    if (!hidden && nameOf(path).startsWith('.')) return false;
    return !isExcluded?.(toText(below(root, path)));
  };
  return {
    isSelective: isIncluded !== undefined,
    takesFolder: takes,
    takesFile: (path) => takes(path) && (isIncluded?.(toText(below(root, path))) ?? true),
  };
}
