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
  const names = incoming.map(({ element }) => element.qualifiedName);
  const keys = incoming.flatMap(({ element }) => element.sourceKey ?? []);
  const [byName, byKey, removedSince] = await Promise.all([
    findByName(sql, names),
    findByKey(sql, source.id, keys),
    session ? findRemovedSince(sql, source.id, session.begunAt, names) : new Set<string>(),
  ]);
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
    removedSince,
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
