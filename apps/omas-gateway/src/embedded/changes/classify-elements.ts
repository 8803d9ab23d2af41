import {
  canonicalJson,
  IdaemonError,
  InvalidMetadataError,
  type ChangeResult,
  type Properties,
  type Reference,
} from '@idaemon/contracts';
import { checkElement, isSubtypeOf, validEntityTypesOf } from '@idaemon/open-metadata';
import { storableJson } from '@idaemon/persistence';
import { changedFacets } from '../write/changed-facets.js';
import { release } from '../write/placeholders.js';
import { findTargets, type Target } from '../write/reference-lookup.js';
import { ReferenceResolver } from '../write/resolve-references.js';
import { refused, type ChangeContext } from './change-context.js';
import { targetOf } from './find-reference.js';
import { applyResolutions, newPlaceholder } from '../write/apply-resolutions.js';

export interface Classifying {
  element: Reference;
  name: string;
  properties: Properties;
}

/** Classifies elements of any source; each source has its own classification of a name. */
export async function classifyElements(
  context: ChangeContext,
  classifyings: readonly Classifying[],
): Promise<ChangeResult[]> {
  const { sql } = context;
  const found = await findTargets(
    sql,
    classifyings.map(({ element }) => element),
  );
  const resolver = new ReferenceResolver(found, newPlaceholder());
  const targets = classifyings.map((one) => classifiable(resolver, one));
  const placeholders = await applyResolutions(context.sql, context.ids, context.writer, resolver);
  const results: ChangeResult[] = [];
  for (const [position, target] of targets.entries()) {
    const classifying = classifyings[position];
    if (target instanceof IdaemonError || !classifying) {
      results.push(refused(target instanceof IdaemonError ? target : new InvalidMetadataError('nothing')));
    } else {
      results.push(await classify(context, resolver.final(target), classifying));
    }
  }
  if (results.some(({ result }) => result === 'refused')) await release(sql, placeholders);
  const changed = targets.flatMap((target, position) => {
    const isChanged = ['created', 'updated'].includes(results[position]?.result ?? '');
    return isChanged && !(target instanceof IdaemonError) ? [resolver.final(target).id] : [];
  });
  context.feed.push(...(await changedFacets(sql, changed)));
  return results;
}

/** A placeholder may still become something that the classification fits. */
function classifiable(
  resolver: ReferenceResolver,
  { element, name, properties }: Classifying,
): Target | IdaemonError {
  const target = resolver.resolve(element, 'OpenMetadataRoot');
  if (target instanceof IdaemonError) return target;
  const mayBecome = target.isPlaceholder
    ? validEntityTypesOf(name).find((type) => isSubtypeOf(type, target.type))
    : undefined;
  const type = mayBecome ?? target.type;
  const findings = checkElement({
    type,
    qualifiedName: target.qualifiedName,
    classifications: { [name]: properties },
  });
  const [first] = findings;
  if (!first) return target;
  const message = `${name} of ${target.qualifiedName} is refused: ${first.message}`;
  return new InvalidMetadataError(message, { errors: findings });
}

async function classify(
  { sql, writer }: ChangeContext,
  { id, guid }: Target,
  { name, properties }: Classifying,
): Promise<ChangeResult> {
  const stored = await sql.row<{ properties: Properties }>(
    'select properties from classification where element_id = $1 and name = $2 and source_id = $3',
    [id, name, writer.source.id],
  );
  if (stored && canonicalJson(stored.properties) === canonicalJson(properties)) {
    return { result: 'unchanged', guid };
  }
  await sql.rows(
    `insert into classification (element_id, name, source_id, is_declared, properties, updated_at)
     values ($1, $2, $3, false, $4, now())
     on conflict (element_id, name, source_id) do update set properties = excluded.properties, updated_at = now()`,
    [id, name, writer.source.id, storableJson(properties)],
  );
  return { result: stored ? 'updated' : 'created', guid };
}

/** Takes away the source's own classifications. */
export async function declassifyElements(
  { sql, writer, feed }: ChangeContext,
  declassifyings: readonly { element: Reference; name: string }[],
): Promise<ChangeResult[]> {
  const found = await findTargets(
    sql,
    declassifyings.map(({ element }) => element),
  );
  const results: ChangeResult[] = [];
  const changed: number[] = [];
  for (const { element, name } of declassifyings) {
    const target = targetOf(found, element);
    const deleted = await sql.rows(
      'delete from classification where element_id = $1 and name = $2 and source_id = $3 returning name',
      [target?.id ?? 0, name, writer.source.id],
    );
    const isGone = target && deleted.length > 0;
    if (isGone) changed.push(target.id);
    results.push(isGone ? { result: 'removed', guid: target.guid } : { result: 'absent', guid: null });
  }
  await release(
    sql,
    [...found.byName.values(), ...found.byLocator.values()].map(({ id }) => id),
  );
  feed.push(...(await changedFacets(sql, changed)));
  return results;
}
