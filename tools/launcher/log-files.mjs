/** One log file per process. The process writes it by itself, so that it outlives a killed launcher. */
import { constants } from 'node:fs';
import { copyFile, mkdir, open, rename, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';

export const maxLogBytes = 20 * 1024 * 1024;
const maxEndBytes = 4096;

/**
 * Opened for appending: only so may a file be cut while its process writes.
 * @param {string} path
 */
export async function openLog(path) {
  await mkdir(dirname(path), { recursive: true });
  if (await isTooLong(path)) await rename(path, `${path}.1`);
  return open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
}

/**
 * Keeps one older part of a log that grew too long, and cuts it.
 * @param {string} path
 */
export async function cutLog(path) {
  if (!(await isTooLong(path))) return;
  await copyFile(path, `${path}.1`);
  await truncate(path);
}

/**
 * The end of a log, for a message about a process that failed.
 * @param {string} path @param {{ from?: number }} [options] `from`: what was there before does not matter
 */
export async function endOfLog(path, { from = 0 } = {}) {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(Math.max(size - from, 0), maxEndBytes);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trim();
  } finally {
    await file.close();
  }
}

/** @param {string} path */
async function isTooLong(path) {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.size > maxLogBytes;
}
