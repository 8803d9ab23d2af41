import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { linesOf } from './event-lines.js';
import { fileFailure } from './file-errors.js';
import { rotatedFiles, rotatedName, synchronize, tidy, type RotatedFilesOptions } from './rotated-files.js';

export interface EventFileOptions extends RotatedFilesOptions {
  maxBytes: number;
  daily: boolean;
  nowMs: () => number;
  /** Of what is done beside the writing: compressing and removing complete files. */
  onTidyFailed: (error: unknown) => void;
}

interface Current {
  handle: FileHandle;
  inode: number;
  /** Without what was begun and not acknowledged. */
  size: number;
  lastWriteMs: number;
}

const dayMs = 86_400_000;

/** A log of events, a line each. Calls of `append` must not overlap. */
export class EventFile {
  readonly #path: string;
  readonly #stopping = new AbortController();
  #current: Current | undefined;
  #tidying: Promise<void> = Promise.resolve();

  constructor(private readonly options: EventFileOptions) {
    this.#path = join(options.folder, `${options.fileName}.jsonl`);
  }

  /** Resolves when the events are on the disk; when it rejects, none of them is in the file. */
  async append(bodies: readonly Buffer[]): Promise<void> {
    const lines = linesOf(bodies);
    try {
      let current = await this.#open();
      if (this.#isComplete(current, lines.length)) {
        await this.#rotate(current);
        current = await this.#open();
      }
      await this.#write(current, lines);
    } catch (error) {
      throw fileFailure(this.#path, error);
    }
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#tidying;
    await this.#release();
  }

  async #open(): Promise<Current> {
    if (this.#current && (await inodeAt(this.#path)) === this.#current.inode) return this.#current;
    await this.#release();
    const handle = await open(this.#path, 'a+', 0o640);
    try {
      const { ino, size, mtimeMs } = await handle.stat();
      const complete = await endOfLastLine(handle, size);
      if (complete < size) await handle.truncate(complete);
      if (size === 0) await synchronize(this.options.folder);
      const lastWriteMs = size === 0 ? this.options.nowMs() : mtimeMs;
      this.#current = { handle, inode: ino, size: complete, lastWriteMs };
      this.#tidy();
      return this.#current;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async #write(current: Current, lines: Buffer): Promise<void> {
    try {
      await writeWhole(current.handle, lines);
      await current.handle.datasync();
    } catch (error) {
      // Half a line would join the next one.
      await current.handle.truncate(current.size).catch(() => undefined);
      await this.#release();
      throw error;
    }
    current.size += lines.length;
    current.lastWriteMs = this.options.nowMs();
  }

  #isComplete({ size, lastWriteMs }: Current, more: number): boolean {
    if (size === 0) return false;
    const { maxBytes, daily, nowMs } = this.options;
    return size + more > maxBytes || (daily && dayOf(lastWriteMs) !== dayOf(nowMs()));
  }

  async #rotate({ lastWriteMs }: Current): Promise<void> {
    // What compresses would take the number of a name that is just being given.
    await this.#tidying;
    const { folder, fileName } = this.options;
    const taken = new Set((await rotatedFiles(this.options)).map((name) => name.replace(/\.gz$/, '')));
    let number = 0;
    while (taken.has(rotatedName(fileName, lastWriteMs, number))) number++;
    await rename(this.#path, join(folder, rotatedName(fileName, lastWriteMs, number)));
    await synchronize(folder);
    await this.#release();
  }

  #tidy(): void {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    this.#tidying = this.#tidying.then(async () => {
      await tidy(this.options, signal).catch((error: unknown) => {
        if (!signal.aborted) this.options.onTidyFailed(error);
      });
    });
  }

  async #release(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.handle.close();
  }
}

function dayOf(ms: number): number {
  return Math.floor(ms / dayMs);
}

async function inodeAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).ino;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeWhole(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
}

/** What a process that ended in the middle of a line has left was not acknowledged: it comes again. */
async function endOfLastLine(handle: FileHandle, size: number): Promise<number> {
  const piece = Buffer.alloc(65_536);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - piece.length);
    const { bytesRead } = await handle.read(piece, 0, end - start, start);
    const at = piece.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
