import type { Locator } from '@idaemon/connector-kit';
import { kind, kindOfName } from './file-kinds.js';
import { toText, type RawPath } from './raw-path.js';

/** Names of what is catalogued: they say on which host it is, and depend on nothing but host and path. */
export interface Names {
  folder: (path: RawPath) => string;
  file: (path: RawPath) => string;
  schemaType: (path: RawPath) => string;
  column: (path: RawPath, column: string) => string;
  /** What OpenLineage's clients call it. */
  locators: (path: RawPath) => Locator[];
}

export function namesFor(host: string, namespaces: readonly string[] = [`file://${host}`]): Names {
  return {
    folder: (path) => `FileFolder::${host}:${toText(path)}`,
    file: (path) => `${kind(kindOfName(path)).typeName}::${host}:${toText(path)}`,
    schemaType: (path) => `TabularSchemaType::${host}:${toText(path)}`,
    column: (path, column) => `TabularFileColumn::${host}:${toText(path)}::${column}`,
    locators: (path) => namespaces.map((namespace) => ({ namespace, name: toText(path) })),
  };
}
