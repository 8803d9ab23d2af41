import { createHash } from 'node:crypto';

export interface Column {
  /** Unique in its file. */
  readonly name: string;
  readonly dataType: string;
  readonly isNullable?: boolean;
  /** The type as the file's format calls it. */
  readonly nativeClass?: string;
}

export interface ColumnSet {
  readonly columns: readonly Column[];
  /** Changes when a column comes, goes, moves or changes its type. */
  readonly version: string;
}

const maxNameLength = 200;

/** Columns with names that are unique: without a name it is its place, and a second one of a name is numbered. */
export function columnSet(found: readonly Column[]): ColumnSet {
  const taken = new Set<string>();
  const columns = found.map((column, index) => {
    const name = freeName(cleaned(column.name) || `column ${index + 1}`, taken);
    taken.add(name);
    return { ...column, name };
  });
  return { columns, version: versionOf(columns) };
}

function cleaned(name: string): string {
  const short = name.replaceAll('\0', '').trim().slice(0, maxNameLength);
  // A cut through the middle of a character would leave half of it.
  return Buffer.from(short).toString().trim();
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name} (${number})`;
  return free;
}

function versionOf(columns: readonly Column[]): string {
  return createHash('sha256').update(JSON.stringify(columns)).digest('base64url').slice(0, 12);
}
