import {
  canonicalJson,
  hashOfCanonicalJson,
  maxElementBytes,
  type BatchEntry,
  type ElementWrite,
} from '@idaemon/contracts';

/** An element on its way into a batch. */
export interface PendingElement {
  collection: string;
  /** With its content. */
  full: BatchEntry;
  /** By its hash alone; undefined when there is nothing to compare. */
  probe?: BatchEntry;
  bytes: number;
}

/** Beyond the name and content of an entry: its collection, hash, keys, quotes and commas. */
const entryOverheadBytes = 120;

/** Measured and hashed once. One that is too long for the wire goes by its names and size, to be a dead letter. */
export function pendingElement(collection: string, element: ElementWrite): PendingElement {
  const json = canonicalJson(element);
  const bytes = Buffer.byteLength(json);
  const { qualifiedName } = element;
  const hash = hashOfCanonicalJson(json);
  if (bytes <= maxElementBytes) {
    return {
      collection,
      full: { qualifiedName, hash, element },
      probe: { qualifiedName, hash },
      bytes: bytes + probeBytes(qualifiedName),
    };
  }
  const names = { type: element.type, qualifiedName: cutName(qualifiedName), properties: {} };
  return {
    collection,
    full: { qualifiedName: names.qualifiedName, hash, element: names, oversizeBytes: bytes },
    bytes: probeBytes(names.qualifiedName) * 2,
  };
}

export function probeBytes(qualifiedName: string): number {
  return Buffer.byteLength(qualifiedName) + entryOverheadBytes;
}

export function cutName(qualifiedName: string): string {
  return qualifiedName.length > 4_000 ? qualifiedName.slice(0, 4_000) : qualifiedName;
}
