import picomatch from 'picomatch';
import { splitPattern, type PostgresqlConfig } from './config.js';

export interface NameFilter {
  database: (name: string) => boolean;
  schema: (name: string) => boolean;
  table: (schema: string, name: string) => boolean;
}

type Matches = (name: string) => boolean;
interface Pattern {
  schema: Matches;
  /** Absent: the whole schema. */
  table?: Matches;
}

type Patterns = Pick<PostgresqlConfig, 'databases' | 'include' | 'exclude'>;

export function nameFilter({ databases, include = ['*'], exclude = [] }: Patterns): NameFilter {
  const included = include.map(toPattern);
  const excluded = exclude.map(toPattern);
  const filter: NameFilter = {
    database: databases ? toMatcher(databases) : () => true,
    schema: (name) =>
      included.some(({ schema }) => schema(name)) &&
      !excluded.some(({ schema, table }) => !table && schema(name)),
    table: (schema, name) =>
      filter.schema(schema) && included.some(matches(schema, name)) && !excluded.some(matches(schema, name)),
  };
  return filter;
}

function matches(schemaName: string, tableName: string): (pattern: Pattern) => boolean {
  return ({ schema, table }) => schema(schemaName) && (!table || table(tableName));
}

function toPattern(text: string): Pattern {
  const [schema = '', table] = splitPattern(text);
  if (table === undefined || table === '*') return { schema: toMatcher(schema) };
  return { schema: toMatcher(schema), table: toMatcher(table) };
}

/** Names are no paths: a star takes slashes and leading dots, too. */
function toMatcher(globs: string | string[]): Matches {
  return picomatch(globs, { dot: true, bash: true, posix: false, strictSlashes: true });
}
