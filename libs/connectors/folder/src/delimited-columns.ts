import type { parse } from 'csv-parse/sync';
import { columnSet, type ColumnSet } from './columns.js';
import { guessType } from './value-types.js';

export interface DelimitedFacts {
  delimiter: string;
  columns: ColumnSet;
}

/** Commas are in other text too, so they come last. */
const delimiters = ['\t', ';', '|', ','];
/** Enough rows to tell the types of columns, few enough to read for each file. */
const rowsToRead = 100;

/** The columns of delimited text by its beginning; undefined when it has none. */
export async function delimitedFacts(head: string, given?: string): Promise<DelimitedFacts | undefined> {
  const { parse } = await import('csv-parse/sync');
  const delimiter = given ?? delimiterOf(head);
  const [first, ...rows] = rowsOf(parse, head, delimiter);
  if (!first?.some((cell) => cell.trim() !== '')) return undefined;
  const isHeader = looksLikeHeader(first);
  const data = isHeader ? rows : [first, ...rows];
  const columns = first.map((cell, index) => ({
    name: isHeader ? cell : '',
    dataType: guessType(data.map((row) => row[index] ?? '')),
  }));
  return { delimiter, columns: columnSet(columns) };
}

/** What the first line has most of, outside of quotes. */
function delimiterOf(head: string): string {
  const unquoted = (head.split(/\r?\n|\r/, 1)[0] ?? '').replaceAll(/"[^"]*"/g, '');
  const counts = delimiters.map((delimiter) => unquoted.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** All rows before the first that cannot be read: a sample may end anywhere. */
function rowsOf(parseText: typeof parse, head: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  const options = {
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    to: rowsToRead + 1,
  };
  try {
    parseText(head, {
      ...options,
      ...{ delimiter, bom: true },
      onRecord: (row: string[]) => {
        rows.push(row);
        return null;
      },
    });
  } catch {
    return rows;
  }
  return rows;
}

/** Names of columns are words; data has numbers, dates or gaps. */
function looksLikeHeader(row: readonly string[]): boolean {
  const names = row.filter((cell) => cell.trim() !== '');
  const words = names.filter((name) => guessType([name]) === 'string');
  return words.length > names.length / 2;
}
