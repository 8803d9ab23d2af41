import type { Locator } from '@idaemon/contracts';
import { isObject } from '../body-guards.js';
import { entityKey } from '../entity-key.js';
import type { DatasetName } from '../event.js';
import type { KnownDataset } from '../fold/known.js';
import { withoutTrailingSlashes } from './trailing-slashes.js';

const maxLocators = 16;

/** Other spellings of a scheme, to the one that OpenLineage's table has. */
const spellings: Readonly<Record<string, string>> = {
  postgresql: 'postgres',
  s3a: 's3',
  s3n: 's3',
  gcs: 'gs',
};

const defaultPorts: Readonly<Record<string, string>> = {
  cassandra: '9042',
  hive: '10000',
  kafka: '9092',
  mssql: '1433',
  mysql: '3306',
  oracle: '1521',
  postgres: '5432',
};

/** The scheme, in small letters, of a namespace; that of `bigquery` and `file` is the namespace itself. */
export function schemeOf(namespace: string): string {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*)(?::|$)/.exec(namespace)?.[1] ?? '';
  return scheme.toLowerCase();
}

/**
 * The same thing as the standard spells it: the scheme's usual name, the host in small letters, the usual port. What
 * has no host that it could be sure of stays as it is.
 */
export function standardSpelling({ namespace, name }: DatasetName): DatasetName {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/@]*)$/.exec(withoutTrailingSlashes(namespace));
  if (!match) return { namespace, name };
  const [, given = '', authority = ''] = match;
  const lower = given.toLowerCase();
  const scheme = Object.hasOwn(spellings, lower) ? spellings[lower]! : lower;
  if (!Object.hasOwn(defaultPorts, scheme)) return { namespace: `${scheme}://${authority}`, name };
  const hasPort = /:\d+$/.test(authority) || authority === '';
  const host = authority.toLowerCase();
  return { namespace: `${scheme}://${host}${hasPort ? '' : `:${defaultPorts[scheme]!}`}`, name };
}

/**
 * All names under which others may know a dataset, its own first: as sent, as the standard spells it, and what its
 * symlinks say, at most 16. Of its former names none: another dataset may have taken one.
 */
export function locatorsOf({ namespace, name, facets }: KnownDataset): Locator[] {
  const locators = new Map<string, Locator>();
  const add = (locator: DatasetName) => {
    if (locator.namespace === '' || locator.name === '' || locators.size >= maxLocators) return;
    locators.set(entityKey(locator.namespace, locator.name), locator);
  };
  add({ namespace, name });
  add(standardSpelling({ namespace, name }));
  for (const identifier of symlinked(facets.symlinks?.value.identifiers)) {
    add(identifier);
    add(standardSpelling(identifier));
  }
  return [...locators.values()];
}

function* symlinked(identifiers: unknown): Generator<DatasetName> {
  if (!Array.isArray(identifiers)) return;
  for (const item of identifiers as unknown[]) {
    if (!isObject(item)) continue;
    const { namespace, name } = item;
    if (typeof namespace === 'string' && typeof name === 'string') yield { namespace, name };
  }
}
