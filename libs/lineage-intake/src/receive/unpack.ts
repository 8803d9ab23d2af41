import { createGunzip, gunzipSync } from 'node:zlib';
import { Refusal, malformed, tooLarge } from './refusal.js';

export interface UnpackOptions {
  maxBytes: number;
  /** Called before more is kept; throws when there is no room for it. */
  onGrow: (bytes: number) => void;
}

/** Up to here decompressing on the spot is quicker than handing it over. */
const small = { packed: 32 * 1024, unpacked: 512 * 1024 };
/** Text does not compress better; a body that does is made to hurt. Small ones cannot. */
const maxRatio = 300;
const anyRatioUpTo = 4 * 1024 * 1024;

/** The content of a gzip body, of all its members. */
export async function unpack(body: Buffer, options: UnpackOptions): Promise<Buffer> {
  const unpacked = body.length <= small.packed ? unpackSmall(body, options) : undefined;
  return unpacked ?? unpackStream(body, options);
}

/** Undefined when it turns out not to be small. */
function unpackSmall(body: Buffer, { maxBytes, onGrow }: UnpackOptions): Buffer | undefined {
  try {
    const unpacked = gunzipSync(body, { maxOutputLength: Math.min(small.unpacked, maxBytes) });
    onGrow(unpacked.length);
    return unpacked;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw explained(error);
  }
}

async function unpackStream(body: Buffer, { maxBytes, onGrow }: UnpackOptions): Promise<Buffer> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    gunzip.end(body);
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(`A body has at most ${maxBytes} bytes after decompression.`);
      if (size > Math.max(anyRatioUpTo, body.length * maxRatio)) {
        throw tooLarge(`A body is at most ${maxRatio} times as large after decompression.`);
      }
      onGrow(chunk.length);
      chunks.push(chunk);
    }
  } catch (error) {
    throw explained(error);
  } finally {
    gunzip.destroy();
  }
  return Buffer.concat(chunks, size);
}

function explained(error: unknown): unknown {
  if (error instanceof Refusal) return error;
  const { code } = error as { code?: unknown };
  const isBadData = typeof code === 'string' && code.startsWith('Z_');
  return isBadData ? malformed('The body is not valid gzip.') : error;
}
