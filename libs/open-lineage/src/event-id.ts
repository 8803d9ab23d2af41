import { hash } from 'node:crypto';

/** SHA-256 of the (decompressed) bytes: 32 bytes. A client's resend has the same bytes, hence the same id. */
export function eventIdOf(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}

/** The stream of an ordering key, from 0. Stored with events: it never changes for the same number of streams. */
export function streamOf(orderingKey: string, streams: number): number {
  return stableHash(orderingKey) % streams;
}

/** 32 bits of FNV-1a over UTF-16 code units, mixed so that the low bits of alike keys differ. Never changes. */
export function stableHash(text: string): number {
  let bits = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  }
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
