import type { Sql } from '@idaemon/persistence';
import { findByKey, findByName, findByReplacedKey, findOwners, findRemovedSince } from './element-lookup.js';
import type { Incoming } from './incoming.js';
import { matchElements, type Match, type Surroundings } from './match-elements.js';
import type { Writer } from './writer.js';

/** Looks up what is there and decides what each incoming element means. */
export async function matchIncoming(
  sql: Sql,
  writer: Writer,
  incoming: readonly Incoming[],
): Promise<Match[]> {
  const { source, session } = writer;
  const byName = await findByName(
    sql,
    incoming.map(({ element }) => element.qualifiedName),
  );
  const changed = incoming.filter(({ element, hash }) => {
    const stored = byName.get(element.qualifiedName);
    return stored?.contentHash !== hash || stored.sourceId !== source.id;
  });
  const keys = changed.flatMap(({ element }) => element.sourceKey ?? []);
  const byKey = await findByKey(sql, source.id, keys);
  const around: Surroundings = {
    sourceId: source.id,
    byName,
    byKey,
    byReplacedKey: session?.hasReplacedKeys
      ? await findByReplacedKey(
          sql,
          session.id,
          keys.filter((key) => !byKey.has(key)),
        )
      : new Map(),
    owners: await ownersOf(sql, writer, byName),
    removedSince: session ? await removedSince(sql, source.id, session.begunAt, changed, byName) : new Set(),
    isSeen: (id) => session?.isSeen(id) ?? false,
  };
  return matchElements(incoming, around);
}

async function ownersOf(sql: Sql, writer: Writer, byName: Surroundings['byName']) {
  const others = [...byName.values()].filter(
    ({ sourceId }) => sourceId !== null && sourceId !== writer.source.id,
  );
  return findOwners(
    sql,
    writer,
    others.map(({ id }) => id),
  );
}

async function removedSince(
  sql: Sql,
  sourceId: number,
  since: Date,
  changed: readonly Incoming[],
  byName: Surroundings['byName'],
): Promise<Set<string>> {
  const fresh = changed
    .map(({ element }) => element.qualifiedName)
    .filter((name) => !byName.get(name)?.sourceId);
  return findRemovedSince(sql, sourceId, since, fresh);
}
