import Table from 'cli-table3';
import { stringify } from 'yaml';

export const outputFormats = ['table', 'json', 'yaml'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** How graphs can be told besides; nothing else can. */
export const graphFormats = ['mermaid', 'dot'] as const;
export type GraphFormat = (typeof graphFormats)[number];

export function isGraphFormat(format: OutputFormat | GraphFormat): format is GraphFormat {
  return (graphFormats as readonly string[]).includes(format);
}

/** A column of a table: its heading and its text for a row. */
export type Column<Row> = readonly [heading: string, text: (row: Row) => unknown];

export interface Output {
  /** A list: a table for people, or the items as they are. */
  list<Row>(rows: Row[], columns: readonly Column<Row>[], empty: string): void;
  /** One thing: its own lines for people, or the thing as it is. */
  one(thing: unknown, lines: () => string[]): void;
  /** For people only: nothing in json and yaml. */
  note(line: string): void;
}

export function createOutput(format: OutputFormat | GraphFormat, print: (line: string) => void): Output {
  const asData = (value: unknown) =>
    print(format === 'json' ? JSON.stringify(value, null, 2) : stringify(value).trimEnd());
  if (format === 'json' || format === 'yaml') return { list: asData, one: asData, note: () => undefined };
  return {
    list: (rows, columns, empty) => print(rows.length ? table(rows, columns) : empty),
    one: (_thing, lines) => lines().forEach((line) => print(line)),
    note: print,
  };
}

function table<Row>(rows: Row[], columns: readonly Column<Row>[]): string {
  const bare = Object.fromEntries(
    [
      'top',
      'top-mid',
      'top-left',
      'top-right',
      'bottom',
      'bottom-mid',
      'bottom-left',
      'bottom-right',
      'left',
      'left-mid',
      'mid',
      'mid-mid',
      'right',
      'right-mid',
    ].map((part) => [part, '']),
  );
  const made = new Table({
    head: columns.map(([heading]) => heading.replace(/[A-Z]/g, ' $&').toUpperCase()),
    chars: { ...bare, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) made.push(columns.map(([, text]) => cell(text(row))));
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function cell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** "3 created, 1 updated": only what is not zero. */
export function countsText(counts: Record<string, number>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length ? parts.map(([name, count]) => `${count} ${name}`).join(', ') : 'nothing';
}

/** "12s ago", "in 3m"; `-` for nothing. */
export function relativeTime(iso: string | null | undefined, now: Date): string {
  if (!iso) return '-';
  const differenceMs = new Date(iso).getTime() - now.getTime();
  const text = durationText(Math.abs(differenceMs));
  return differenceMs > 0 ? `in ${text}` : `${text} ago`;
}

export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)}h` : `${Math.round(seconds / 86_400)}d`;
}
