import type { IncomingMessage } from 'node:http';
import { setTimeout, clearTimeout } from 'node:timers';
import { unpack } from './unpack.js';
import type { Room } from './admission.js';
import { tooLarge, tooSlow, unknownEncoding } from './refusal.js';

export interface BodyLimits {
  /** As it is sent. */
  maxBytes: number;
  /** After decompression. */
  maxUnpackedBytes: number;
}

const arrivesWithinMs = 30_000;

/** The sender has gone: there is nobody to answer. */
export class SenderGoneError extends Error {}

/** Bytes that the request says it has; zero when it does not say. */
export function declaredBytes(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0);
}

/** The whole body, decompressed; refused as soon as it is known to be too large. */
export function readBody(request: IncomingMessage, room: Room, limits: BodyLimits): Promise<Buffer> {
  const isPacked = isGzip(request.headers['content-encoding']);
  if (declaredBytes(request) > limits.maxBytes) throw tooLargeBody(limits);
  return isPacked ? collectAndUnpack(request, room, limits) : collect(request, room, limits);
}

async function collectAndUnpack(request: IncomingMessage, room: Room, limits: BodyLimits): Promise<Buffer> {
  const body = await collect(request, room, limits);
  return unpack(body, { maxBytes: limits.maxUnpackedBytes, onGrow: (bytes) => room.grow(bytes) });
}

function isGzip(encoding: string | undefined): boolean {
  if (encoding === undefined) return false;
  const name = encoding.trim().toLowerCase();
  if (name === 'gzip' || name === 'x-gzip') return true;
  if (name === 'identity' || name === '') return false;
  throw unknownEncoding();
}

/** Every request comes through here. Its listeners stay: the request goes with them. */
function collect(request: IncomingMessage, room: Room, limits: BodyLimits): Promise<Buffer> {
  const declared = declaredBytes(request);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let whole: Buffer | undefined;
    let size = 0;
    let isOver = false;
    const fail = (error: Error) => {
      isOver = true;
      clearTimeout(timer);
      request.off('data', onData).pause();
      reject(error);
    };
    const timer = setTimeout(() => fail(tooSlow()), arrivesWithinMs);
    const keep = (chunk: Buffer) => {
      if (size === 0 && chunk.length < declared) whole = Buffer.allocUnsafeSlow(declared);
      // Node hands over no more than is declared. A large body is in memory once, not in pieces and joined.
      if (whole) chunk.copy(whole, size);
      else chunks.push(chunk);
    };
    const onData = (chunk: Buffer) => {
      keep(chunk);
      size += chunk.length;
      if (size > limits.maxBytes) return fail(tooLargeBody(limits));
      if (size <= declared) return;
      try {
        room.grow(chunk.length);
      } catch (error) {
        fail(error as Error);
      }
    };
    const onEnd = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      resolve(whole?.subarray(0, size) ?? (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)));
    };
    // A request that breaks off later must not end the process.
    const onGone = () => {
      if (!isOver) fail(new SenderGoneError('The sender closed the connection'));
    };
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}

function tooLargeBody({ maxBytes }: BodyLimits): Error {
  return tooLarge(`A body has at most ${maxBytes} bytes; send fewer or smaller events at once.`);
}
