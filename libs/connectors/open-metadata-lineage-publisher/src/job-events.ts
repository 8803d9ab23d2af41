import type { Element, Relationship } from '@idaemon/connector-kit';
import { isSubtypeOf } from '@idaemon/open-metadata';
import type { EventJob, JobName } from '@idaemon/open-lineage';
import type { PublisherConfig } from './config.js';
import { descriptionFacet, elementFacet, facet, ownershipFacet, textOf } from './facets.js';
import { isOfEvents } from './hearsay.js';
import type { OpenMetadataReader } from './open-metadata-reader.js';

export function jobNameOf(
  { locators, qualifiedName }: Pick<Element, 'locators' | 'qualifiedName'>,
  { namespace }: PublisherConfig,
): JobName {
  return locators?.[0] ?? { namespace, name: qualifiedName };
}

export function jobOf(process: Element, config: PublisherConfig): EventJob {
  return {
    ...jobNameOf(process, config),
    facets: {
      jobType: facet('JobTypeJobFacet', {
        ...{ processingType: 'BATCH', integration: 'OPEN_METADATA', jobType: process.type },
      }),
      ...descriptionFacet(process, 'DocumentationJobFacet'),
      ...ownershipFacet(process, 'OwnershipJobFacet'),
      ...(config.sourceCode ? codeOf(process) : {}),
      ...elementFacet(process),
    },
  };
}

function codeOf(process: Element): Record<string, object> {
  const formula = textOf(process, 'formula');
  if (!formula) return {};
  const kind = textOf(process, 'formulaType');
  const language = textOf(process, 'implementationLanguage') ?? kind ?? 'unknown';
  if (language.toUpperCase() !== 'SQL')
    return { sourceCode: facet('SourceCodeJobFacet', { language, sourceCode: formula }) };
  const dialect = kind && kind.toUpperCase() !== 'SQL' ? { dialect: kind } : {};
  return { sql: facet('SQLJobFacet', { query: formula, ...dialect }) };
}

/** The data that flows into a process (`inputs`) or out of it, by its OpenLineage names; each once, in their order. */
export async function flowsOf(
  process: Element,
  side: 'inputs' | 'outputs',
  reader: OpenMetadataReader,
  { excludeSources }: PublisherConfig,
): Promise<{ namespace: string; name: string }[]> {
  const isWanted = ({ source, end1, end2 }: Relationship) =>
    !(source && excludeSources.includes(source)) &&
    ![end1, end2].some((end) => isOfEvents(end.qualifiedName));
  const names = new Map<string, { namespace: string; name: string }>();
  for await (const header of reader.others(process, 'DataFlow', side === 'inputs' ? 1 : 2, isWanted)) {
    if (isSubtypeOf(header.type, 'Process')) continue;
    const dataset = await reader.datasetOf(header);
    const [name] = (dataset && (await reader.get(dataset)))?.locators ?? [];
    if (name) names.set(JSON.stringify([name.namespace, name.name]), name);
  }
  return [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
}
