/** The calls of `node:fs` that run for each file: callbacks are three times as fast as promises there. */
import { close, constants, lstat, open, read, stat, type BigIntStats, type Dir } from 'node:fs';
import { opendir, realpath } from 'node:fs/promises';
import { forFileSystem, type RawPath } from './raw-path.js';

export type Failed = NodeJS.ErrnoException;

/** More at once than threads only keeps them busy; UV_THREADPOOL_SIZE sets those. */
const lookUpsAtOnce = 32;

/** For each path what is there, not following links, or why that cannot be told. */
export function lookUpAll(paths: readonly RawPath[]): Promise<(BigIntStats | Failed)[]> {
  return new Promise((resolve) => {
    const results: (BigIntStats | Failed)[] = [];
    results.length = paths.length;
    let next = 0;
    let waiting = paths.length;
    const lookUpNext = () => {
      const index = next++;
      const path = paths[index];
      if (path === undefined) return;
      lstat(forFileSystem(path), { bigint: true }, (error, stats) => {
        results[index] = error ?? stats;
        if (--waiting === 0) resolve(results);
        else lookUpNext();
      });
    };
    if (waiting === 0) resolve(results);
    for (let started = 0; started < lookUpsAtOnce; started++) lookUpNext();
  });
}

export async function lookUp(path: RawPath): Promise<BigIntStats | Failed> {
  const [found] = await lookUpAll([path]);
  return found!;
}

/** What is at the end of a link. */
export function lookUpTarget(path: RawPath): Promise<BigIntStats | Failed> {
  return new Promise((resolve) => {
    stat(forFileSystem(path), { bigint: true }, (error, stats) => resolve(error ?? stats));
  });
}

export function openFolder(path: RawPath): Promise<Dir> {
  return opendir(forFileSystem(path), { encoding: 'latin1', bufferSize: 256 });
}

export function realPath(path: RawPath): Promise<RawPath> {
  return realpath(forFileSystem(path), { encoding: 'latin1' });
}

export interface OpenFile {
  /** At most `length` bytes from `position`; fewer at the end of the file. */
  read(position: number, length: number): Promise<Buffer>;
}

/** Opens a file, never waiting for one (a pipe in its place), and closes it after `use`. */
export async function withFile<T>(path: RawPath, use: (file: OpenFile) => Promise<T>): Promise<T> {
  const descriptor = await openForReading(path);
  try {
    return await use({ read: (position, length) => readBytes(descriptor, position, length) });
  } finally {
    await closed(descriptor);
  }
}

function openForReading(path: RawPath): Promise<number> {
  return new Promise((resolve, reject) => {
    open(forFileSystem(path), constants.O_RDONLY | constants.O_NONBLOCK, (error, descriptor) => {
      if (error) reject(error);
      else resolve(descriptor);
    });
  });
}

async function readBytes(descriptor: number, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = await readOnce(descriptor, buffer.subarray(filled), position + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

function readOnce(descriptor: number, buffer: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, buffer, 0, buffer.length, position, (error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
}

/** Nothing was written, so a failed close loses nothing. */
function closed(descriptor: number): Promise<void> {
  return new Promise((resolve) => close(descriptor, () => resolve()));
}

export function isFailed(result: BigIntStats | Failed): result is Failed {
  return result instanceof Error;
}

/** It was there a moment ago, or its folder was. */
export function isGone(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

export function isForbidden(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'EACCES' || code === 'EPERM';
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
