import { IdaemonError, type Locator } from '@idaemon/contracts';
import { storableJson, type Sql } from '@idaemon/persistence';
import { applyResolutions, newPlaceholder } from './apply-resolutions.js';
import { locatorKey } from './element-lookup.js';
import { deleteTwins } from './merge-elements.js';
import { findTargets } from './reference-lookup.js';
import { dropUnfitLinks } from './refuse-links.js';
import { ReferenceResolver } from './resolve-references.js';
import type { Ids } from './write-elements.js';
import type { Writer } from './writer.js';

/** A name or a locator that an element has given up. */
export type GivenUp = { elementId: number; type: string } & (
  { qualifiedName: string } | { locator: Locator }
);

interface LinkRow {
  id: string;
  n: number;
  declarer_id: string;
  other_end: 1 | 2;
}

/**
 * Elements that declare a relationship to a name or locator mean whoever has it: when its holder gives it up they
 * follow it, to the new holder or to a placeholder. The graph is then the same, whether they or the rename came first.
 */
export async function followReferences(
  sql: Sql,
  ids: Ids,
  writer: Writer,
  givenUp: readonly GivenUp[],
): Promise<void> {
  const links = await linksTo(sql, givenUp);
  if (links.length === 0) return;
  const named = [...new Set(links.map(({ n }) => n))].flatMap((n) => {
    const one = givenUp[n];
    return one ? [{ n, one, reference: referenceOf(one) }] : [];
  });
  const found = await findTargets(
    sql,
    named.map(({ reference }) => reference),
  );
  const resolver = new ReferenceResolver(found, newPlaceholder());
  const resolved = named.map(({ n, one, reference }) => ({
    n,
    one,
    target: resolver.resolve(reference, 'OpenMetadataRoot'),
  }));
  await applyResolutions(sql, ids, writer, resolver);
  const moves = resolved.flatMap(({ n, one, target }) => {
    const to = target instanceof IdaemonError ? one.elementId : resolver.final(target).id;
    return to === one.elementId ? [] : [{ n, from: one.elementId, to }];
  });
  await moveLinks(sql, links, moves);
  const targets = [...new Set(moves.map(({ to }) => to))];
  await deleteTwins(sql, targets);
  await dropUnfitLinks(sql, writer, targets);
}

function referenceOf(one: GivenUp) {
  return 'locator' in one
    ? { type: one.type, locator: one.locator }
    : { type: one.type, qualifiedName: one.qualifiedName };
}

function keyOf(one: GivenUp): string {
  return 'locator' in one ? locatorKey(one.locator) : one.qualifiedName;
}

async function linksTo(sql: Sql, givenUp: readonly GivenUp[]): Promise<LinkRow[]> {
  if (givenUp.length === 0) return [];
  const rows = givenUp.map((one, n) => ({ n, element_id: one.elementId, key: keyOf(one) }));
  const recordset = 'jsonb_to_recordset($1::jsonb) as g (n int, element_id bigint, key text)';
  return sql.rows<LinkRow>(
    `select l.id, g.n, l.end1_id as declarer_id, 2 as other_end from ${recordset}
     join relationship l on l.end2_id = g.element_id and l.declared_end = 1 and l.via = md5(g.key)::uuid
     union all
     select l.id, g.n, l.end2_id as declarer_id, 1 as other_end from ${recordset}
     join relationship l on l.end1_id = g.element_id and l.declared_end = 2 and l.via = md5(g.key)::uuid`,
    [storableJson(rows)],
  );
}

async function moveLinks(
  sql: Sql,
  links: readonly LinkRow[],
  moves: readonly { n: number; from: number; to: number }[],
): Promise<void> {
  const moveOf = new Map(moves.map((move) => [move.n, move]));
  const rows = links.flatMap(({ id, n, declarer_id, other_end }) => {
    const move = moveOf.get(n);
    return move ? [{ id, declarer_id, other_end, from: move.from, to: move.to }] : [];
  });
  if (rows.length === 0) return;
  const recordset = `jsonb_to_recordset($1::jsonb)
    as m (id bigint, declarer_id bigint, other_end int, "from" bigint, "to" bigint)`;
  const parameters = [storableJson(rows)];
  await sql.rows(
    `update relationship l set end1_id = case m.other_end when 1 then m."to" else l.end1_id end,
       end2_id = case m.other_end when 2 then m."to" else l.end2_id end
     from ${recordset} where l.id = m.id`,
    parameters,
  );
  await sql.rows(
    `update element e set parent_id = m."to" from ${recordset} where e.id = m.declarer_id and e.parent_id = m."from"`,
    parameters,
  );
}
