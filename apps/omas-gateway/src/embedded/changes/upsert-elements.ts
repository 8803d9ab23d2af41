import type { ChangeResult, ElementWrite, IdaemonError } from '@idaemon/contracts';
import { scopeId } from '../sweep-scopes.js';
import { findStillCrowded } from '../write/crowded-ends.js';
import { forgetDeadLetters, recordDeadLetters, type Refused } from '../write/dead-letters.js';
import { incomingElement, oversize, refusalOf, type Incoming } from '../write/incoming.js';
import { refuseLinks } from '../write/refuse-links.js';
import { writeElements, type Written } from '../write/write-elements.js';
import { refused, type ChangeContext } from './change-context.js';

export interface Upsert {
  collection: string;
  scope: string;
  element: ElementWrite;
  oversizeBytes?: number;
}

/** Creates or changes elements, each name once. What cannot be written is a dead letter. */
export async function upsertElements(
  context: ChangeContext,
  upserts: readonly Upsert[],
): Promise<ChangeResult[]> {
  const { sql, ids, writer } = context;
  const results = new Map<number, ChangeResult>();
  const letters: Refused[] = [];
  const refuse = (position: number, error: IdaemonError) => {
    const upsert = upserts[position];
    results.set(position, refused(error));
    if (upsert) letters.push(letterOf(upsert, error));
  };
  const incoming: Incoming[] = [];
  for (const [position, { collection, scope, element, oversizeBytes }] of upserts.entries()) {
    const error = oversizeBytes ? oversize(element.qualifiedName, oversizeBytes) : refusalOf(element);
    if (error) refuse(position, error);
    else {
      const place = { collection, scope, scopeId: await scopeOf(context, collection, scope) };
      incoming.push(incomingElement(position, element, place));
    }
  }
  const { written, feed, crowded } = await writeElements(sql, ids, writer, incoming);
  context.feed.push(...feed);
  for (const one of written) {
    if (one.result === 'refused') refuse(one.incoming.position, one.error);
    else results.set(one.incoming.position, resultOf(one));
  }
  const wrong = await refuseLinks(sql, writer, await findStillCrowded(sql, crowded));
  for (const { position, element } of incoming) {
    const error = wrong.get(element.qualifiedName);
    if (error) refuse(position, error);
  }
  await confirm(context, written);
  await forgetDeadLetters(
    sql,
    writer.connector,
    incoming.map(({ element }) => element.qualifiedName),
  );
  await recordDeadLetters(sql, writer, letters);
  return upserts.map((_, position) => results.get(position) ?? { result: 'unchanged', guid: null });
}

function letterOf({ collection, scope, element, oversizeBytes }: Upsert, error: IdaemonError): Refused {
  const { type, qualifiedName } = element;
  return { collection, scope, type, qualifiedName, error, element: oversizeBytes ? null : element };
}

function resultOf(written: Exclude<Written, { result: 'refused' }>): ChangeResult {
  if (written.result === 'skipped') return { result: 'unchanged', guid: null };
  return { result: written.result, guid: written.guid };
}

async function scopeOf({ sql, writer }: ChangeContext, collection: string, scope: string): Promise<number> {
  const { connector, shard, source } = writer;
  return scopeId(sql, { connector, shard, sourceId: source.id, collection, scope }, false);
}

/** A session that began before this and did not see the element must not remove it. */
async function confirm({ sql, writer }: ChangeContext, written: readonly Written[]): Promise<void> {
  const unchanged = written.flatMap((one) => (one.result === 'unchanged' ? one.id : []));
  if (unchanged.length === 0) return;
  await sql.rows(
    `update element set confirmed_at = clock_timestamp() where id = any($1::bigint[])
       and exists (select from sync_session where source_id = $2 or connector = $3)`,
    [unchanged, writer.source.id, writer.connector],
  );
}
