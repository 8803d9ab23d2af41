import type { ColumnSet } from './columns.js';
import { delimitedFacts } from './delimited-columns.js';
import { kind, type FileKind, type KindName } from './file-kinds.js';
import { kindOfContent } from './file-signatures.js';
import { withFile, type OpenFile } from './file-system.js';
import { parquetFacts } from './parquet-columns.js';
import type { RawPath } from './raw-path.js';
import { countLines, decodeText, textEncodingOf } from './text-encoding.js';

/** What the content of a file tells. */
export interface ContentFacts {
  /** Where the name does not tell it. */
  readonly kind?: KindName;
  /** Of text. */
  readonly encoding?: string;
  readonly lineCount?: number;
  readonly rowCount?: number;
  readonly delimiter?: string;
  readonly columns?: ColumnSet;
  /** Why its inside could not be understood. */
  readonly unreadable?: string;
}

export interface ContentOptions {
  columns: boolean;
  lineCountMaxBytes: number;
}

export const noFacts: ContentFacts = {};

const headBytes = 4 * 1024;
/** Holds a hundred rows of most tables. */
const tableHeadBytes = 64 * 1024;
/** For tables with very long first lines. */
const longTableHeadBytes = 1024 * 1024;

/** Whether there is anything to read in a file of this kind and size. */
export function isWorthReading(
  name: KindName,
  size: number,
  { columns, lineCountMaxBytes }: ContentOptions,
): boolean {
  const { content } = kind(name);
  if (!content || size === 0) return false;
  if (content === 'parquet') return columns;
  if (content === 'delimited' && columns) return true;
  return content === 'unknown' || lineCountMaxBytes > 0;
}

/** Reads as little of a file as tells its facts. Rejects with the error of the file system when it cannot be read. */
export function readContent(
  path: RawPath,
  size: number,
  name: KindName,
  options: ContentOptions,
): Promise<ContentFacts> {
  return withFile(path, async (file) => {
    const { content, delimiter } = kind(name);
    if (content === 'parquet') return factsOfParquet(file, size);
    if (content === 'delimited')
      return factsOfText(file, size, options, { isTable: options.columns, delimiter });
    if (content === 'text') return factsOfText(file, size, options);
    return factsOfUnknown(file, size, options);
  });
}

async function factsOfUnknown(file: OpenFile, size: number, options: ContentOptions): Promise<ContentFacts> {
  const head = await file.read(0, Math.min(size, headBytes));
  const name = kindOfContent(head);
  const found: FileKind | undefined = name && kind(name);
  if (found?.content === 'parquet' && options.columns)
    return { kind: name, ...(await factsOfParquet(file, size)) };
  if (found && !found.content) return { kind: name };
  return { ...(name ? { kind: name } : {}), ...(await factsOfText(file, size, options)) };
}

async function factsOfText(
  file: OpenFile,
  size: number,
  { lineCountMaxBytes }: ContentOptions,
  { isTable = false, delimiter }: { isTable?: boolean; delimiter?: string } = {},
): Promise<ContentFacts> {
  const isShort = size <= lineCountMaxBytes;
  let head = await file.read(0, isShort ? size : Math.min(size, isTable ? tableHeadBytes : headBytes));
  if (isTable && head.length < size && !head.includes(10))
    head = await file.read(0, Math.min(size, longTableHeadBytes));
  const encoding = textEncodingOf(head, head.length >= size);
  if (!encoding) return noFacts;
  const lineCount = isShort ? countLines(head, encoding) : undefined;
  const table = isTable ? await tableOf(head, encoding, size, delimiter) : undefined;
  return { encoding, ...(lineCount === undefined ? {} : { lineCount }), ...table };
}

async function tableOf(head: Buffer, encoding: string, size: number, delimiter: string | undefined) {
  const hasWholeLine = head.length >= size || head.includes(10);
  if (!hasWholeLine) return undefined;
  const sample = head.subarray(0, longTableHeadBytes);
  return delimitedFacts(decodeText(sample, encoding), delimiter);
}

async function factsOfParquet(file: OpenFile, size: number): Promise<ContentFacts> {
  try {
    return await parquetFacts(file, size);
  } catch (error) {
    const isOfFileSystem = error instanceof Error && 'syscall' in error;
    if (isOfFileSystem) throw error;
    return {
      unreadable: `its Parquet footer cannot be read: ${error instanceof Error ? error.message : 'unknown'}`,
    };
  }
}
