import type { KindName } from './file-kinds.js';

interface Signature {
  kind: KindName;
  bytes: string;
  at?: number;
}

/** How files of a kind begin, as `latin1` text. */
const signatures: readonly Signature[] = [
  { kind: 'parquet', bytes: 'PAR1' },
  { kind: 'avro', bytes: 'Obj\x01' },
  { kind: 'orc', bytes: 'ORC' },
  { kind: 'arrow', bytes: 'ARROW1' },
  { kind: 'database', bytes: 'SQLite format 3\0' },
  { kind: 'document', bytes: '%PDF-' },
  { kind: 'document', bytes: '\xd0\xcf\x11\xe0' },
  { kind: 'archive', bytes: 'PK\x03\x04' },
  { kind: 'archive', bytes: '\x1f\x8b' },
  { kind: 'archive', bytes: 'BZh' },
  { kind: 'archive', bytes: '\xfd7zXZ\0' },
  { kind: 'archive', bytes: '\x28\xb5\x2f\xfd' },
  { kind: 'archive', bytes: '7z\xbc\xaf\x27\x1c' },
  { kind: 'archive', bytes: 'ustar', at: 257 },
  { kind: 'raster', bytes: '\x89PNG\r\n' },
  { kind: 'raster', bytes: '\xff\xd8\xff' },
  { kind: 'raster', bytes: 'GIF8' },
  { kind: 'audio', bytes: 'ID3' },
  { kind: 'audio', bytes: 'fLaC' },
  { kind: 'video', bytes: 'ftyp', at: 4 },
  { kind: 'keystore', bytes: '\xfe\xed\xfe\xed' },
  { kind: 'keystore', bytes: '-----BEGIN ' },
  { kind: 'executable', bytes: '\x7fELF' },
  { kind: 'executable', bytes: '\xca\xfe\xba\xbe' },
  { kind: 'executable', bytes: 'MZ\x90\0' },
  { kind: 'script', bytes: '#!' },
  { kind: 'xml', bytes: '<?xml' },
];

/** The kind of a file by its first bytes; undefined when they tell nothing. */
export function kindOfContent(head: Buffer): KindName | undefined {
  const start = head.toString('latin1', 0, 512);
  return signatures.find(({ bytes, at = 0 }) => start.startsWith(bytes, at))?.kind;
}
