/**
 * A path as the file system has it, one character (U+0000 to U+00FF) for each byte: names need not be UTF-8.
 * It is made of `latin1` readings of folders, and is turned into text only where people read it.
 */
export type RawPath = string;

const beyondAscii = /[\u0080-\u00ff]/;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function fromText(text: string): RawPath {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** What the functions of `node:fs` take. */
export function forFileSystem(path: RawPath): string | Buffer {
  return beyondAscii.test(path) ? Buffer.from(path, 'latin1') : path;
}

/** As people read it. Bytes that are not UTF-8 are percent-encoded, and then `%` is too. */
export function toText(path: RawPath): string {
  return beyondAscii.test(path) ? path.split('/').map(nameToText).join('/') : path;
}

export function join(folder: RawPath, name: RawPath): RawPath {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

export function nameOf(path: RawPath): RawPath {
  return path.slice(path.lastIndexOf('/') + 1) || path;
}

export function folderOf(path: RawPath): RawPath {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** The path below a folder, without a leading slash. */
export function below(folder: RawPath, path: RawPath): RawPath {
  return path.slice(folder === '/' ? 1 : folder.length + 1);
}

export function isAtOrBelow(folder: RawPath, path: RawPath): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

function nameToText(name: RawPath): string {
  const bytes = Buffer.from(name, 'latin1');
  return decoded(bytes) ?? percentEncoded(bytes);
}

function percentEncoded(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const character = characterAt(bytes, at);
    const isKept = character !== undefined && character !== '%';
    text += isKept ? character : `%${bytes.toString('hex', at, at + 1).toUpperCase()}`;
    at += isKept ? Buffer.byteLength(character) : 1;
  }
  return text;
}

function characterAt(bytes: Buffer, at: number): string | undefined {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    const character = decoded(bytes.subarray(at, at + length));
    if (character !== undefined) return character;
  }
  return undefined;
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
