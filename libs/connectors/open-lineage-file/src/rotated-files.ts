import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

export interface RotatedFilesOptions {
  folder: string;
  fileName: string;
  /** How many; 0: all. */
  keep: number;
  compression: 'gzip' | 'none';
}

const partEnding = '.gz.part';

/** Names of complete files are in the order of their times. */
export function rotatedName(fileName: string, atMs: number, number: number): string {
  const time = new Date(atMs).toISOString().replace(/[:.]/g, '-');
  return `${fileName}_${time}${number > 0 ? `_${number}` : ''}.jsonl`;
}

/** The complete files of a log, the oldest first. */
export async function rotatedFiles({ folder, fileName }: RotatedFilesOptions): Promise<string[]> {
  const files = (await readdir(folder)).flatMap((name) => rotated(name, fileName) ?? []);
  files.sort((a, b) => (a.time === b.time ? a.number - b.number : a.time < b.time ? -1 : 1));
  return files.map(({ name }) => name);
}

/** Compresses what is not compressed, also what an ended process has begun, and removes the oldest beyond what is kept. */
export async function tidy(options: RotatedFilesOptions, signal: AbortSignal): Promise<void> {
  const { folder, fileName, keep, compression } = options;
  for (const name of await readdir(folder)) {
    const isPart = name.endsWith(partEnding) && rotated(name.slice(0, -partEnding.length), fileName);
    if (isPart) await rm(join(folder, name), { force: true });
  }
  const files = await rotatedFiles(options);
  const kept = keep === 0 ? files : files.slice(-keep);
  for (const name of files.slice(0, files.length - kept.length))
    await rm(join(folder, name), { force: true });
  if (compression === 'none') return;
  for (const name of kept) if (!name.endsWith('.gz')) await compress(join(folder, name), signal);
}

/** At every moment one of both is there, complete. */
async function compress(path: string, signal: AbortSignal): Promise<void> {
  const part = `${path}${partEnding}`;
  await pipeline(createReadStream(path), createGzip(), createWriteStream(part), { signal });
  await synchronize(part);
  await rename(part, `${path}.gz`);
  await rm(path);
}

/** A file or a folder is on the disk as it is now. */
export async function synchronize(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface Rotated {
  name: string;
  time: string;
  number: number;
}

const ending = /^_(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z)(?:_(\d+))?\.jsonl(?:\.gz)?$/;

function rotated(name: string, fileName: string): Rotated | undefined {
  if (!name.startsWith(fileName)) return undefined;
  const [, time, number = '0'] = ending.exec(name.slice(fileName.length)) ?? [];
  return time === undefined ? undefined : { name, time, number: Number(number) };
}
