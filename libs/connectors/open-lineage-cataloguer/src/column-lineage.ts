import type { RelatedEnds } from '@idaemon/connector-kit';
import { entityKey, type FieldLink, type JobLineage, type Transformation } from '@idaemon/open-lineage';
import { fieldReference } from './dataset-names.js';
import { textIn } from './facet-values.js';

const maxFormulaLength = 2_000;

/** Which column's values go into which, by this job; each pair of columns once. */
export function columnLinks(job: string, { fieldLinks }: JobLineage): RelatedEnds[] {
  const links = new Map<string, RelatedEnds>();
  for (const link of fieldLinks) {
    const key = JSON.stringify([keyOf(link.from), keyOf(link.to)]);
    if (!links.has(key)) links.set(key, flowOf(job, link));
  }
  return [...links.values()];
}

function keyOf({ namespace, name, field }: FieldLink['from']): unknown[] {
  return [entityKey(namespace, name), field ?? null];
}

function flowOf(job: string, { from, to, transformations }: FieldLink): RelatedEnds {
  const formula = textIn(transformations.map(formulaOf).join('; '), maxFormulaLength);
  const description = textIn(
    transformations.flatMap((one) => one.description ?? []).join('; '),
    maxFormulaLength,
  );
  return {
    end1: fieldReference(from),
    end2: fieldReference(to),
    properties: {
      qualifiedName: job,
      ...(formula ? { formula, formulaType: 'OpenLineage' } : {}),
      ...(description ? { description } : {}),
    },
  };
}

/** `DIRECT/AGGREGATION, masked` */
function formulaOf({ type, subtype, isMasking }: Transformation): string {
  const kind = [type, subtype].filter(Boolean).join('/');
  return isMasking ? `${kind}, masked` : kind;
}
