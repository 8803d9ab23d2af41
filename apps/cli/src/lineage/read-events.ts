import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { cutBatch, MalformedEventError } from '@idaemon/open-lineage';
import { CliError, exitCodes } from '../exit-codes.js';

/** An event as its own bytes, with where it comes from. */
export interface EventText {
  place: string;
  body: string;
}

/** Files of one event, of an array of them, or with one in each line; `-` is the standard input. */
export async function* readEvents(files: readonly string[]): AsyncGenerator<EventText> {
  for (const file of files) {
    try {
      if (/\.(jsonl|ndjson)$/.test(file) || file === '-') yield* readLines(file);
      else yield* readWhole(file);
    } catch (error) {
      if (!isFileError(error)) throw error;
      throw new CliError(`${file} cannot be read: ${error.message}`, exitCodes.usage, 'Check the path.');
    }
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** Lines of JSON; what begins as something else than lines is taken whole. */
async function* readLines(file: string): AsyncGenerator<EventText> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  let number = 0;
  let whole: string[] | undefined;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    number += 1;
    if (whole) whole.push(line);
    else if (number === 1 && !isJson(line)) whole = [line];
    else if (line.trim() !== '') yield* eventsIn(line, `${nameOf(file)}:${number}`);
  }
  if (whole) yield* eventsIn(whole.join('\n'), nameOf(file));
}

async function* readWhole(file: string): AsyncGenerator<EventText> {
  yield* eventsIn(await text(createReadStream(file)), file);
}

function* eventsIn(json: string, place: string): Generator<EventText> {
  const trimmed = json.trim();
  if (!trimmed.startsWith('[')) {
    yield { place, body: trimmed };
    return;
  }
  const bytes = Buffer.from(trimmed);
  let index = 0;
  for (const { start, end } of slicesOf(bytes, place)) {
    yield { place: `${place}[${index++}]`, body: bytes.subarray(start, end).toString() };
  }
}

function slicesOf(bytes: Buffer, place: string) {
  try {
    return cutBatch(bytes, { maxEvents: Infinity });
  } catch (error) {
    if (!(error instanceof MalformedEventError)) throw error;
    throw new CliError(`${place} is no JSON array of events`, exitCodes.usage, 'Correct the file.');
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return line.trim() === '';
  }
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}
