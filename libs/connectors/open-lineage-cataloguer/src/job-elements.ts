import type { ReferenceInput, RelatedEnds } from '@idaemon/connector-kit';
import type { ChangedJob } from '@idaemon/integration-services';
import {
  jobQualifiedName,
  lineageOf,
  nameDataset,
  type JobLineage,
  type KnownFacets,
  type KnownJob,
  type KnownUses,
} from '@idaemon/open-lineage';
import { columnLinks } from './column-lineage.js';
import type { CataloguerConfig } from './config.js';
import { datasetReference } from './dataset-names.js';
import type { CataloguedElement, ProcessElement } from './elements.js';
import { descriptionOf, facet, nameNotes, notes, tagNotes, textIn } from './facet-values.js';
import { ownerNotes, ownershipOf } from './ownership.js';

/** A job as open metadata has it. */
export interface CataloguedJob {
  qualifiedName: string;
  elements: CataloguedElement[];
  /** All its ports are told here. */
  ports: string[];
  hasSourceReference: boolean;
  /** Flows of data that the job says of others: of columns, and its own where there are very many. */
  flows: RelatedEnds[];
}

/** More flows than this are told beside the element, which must fit into a message. */
const maxDeclaredFlows = 200;
/** Beyond, a port for each says nothing to anybody. */
const maxPorts = 400;

export function jobElements({ known, currentRun }: ChangedJob, config: CataloguerConfig): CataloguedJob {
  const qualifiedName = jobQualifiedName(known);
  const lineage = lineageOf(known, currentRun);
  const flows = flowsOf(lineage);
  const isMany = flows.length > maxDeclaredFlows;
  const ports = config.ports ? portElements(qualifiedName, lineage) : [];
  const source = sourceReference(qualifiedName, known.facets);
  return {
    qualifiedName,
    elements: [
      { processes: processElement(qualifiedName, known, isMany ? [] : flows, config) },
      ...ports.map((port) => ({ ports: port })),
      ...(source ? [{ externalReferences: source }] : []),
    ],
    ports: ports.map((port) => port.qualifiedName),
    hasSourceReference: source !== undefined,
    flows: [
      ...(isMany ? flows.map((flow) => endsOf(flow, qualifiedName)) : []),
      ...columnLinks(qualifiedName, lineage),
    ],
  };
}

type Flow = { from: ReferenceInput } | { to: ReferenceInput; properties: object };

function flowsOf({ inputs, outputs }: JobLineage): Flow[] {
  return [
    ...Object.values(inputs).map((use) => ({ from: datasetReference(use) })),
    ...Object.values(outputs).map((use) => ({ to: datasetReference(use), properties: {} })),
  ];
}

function endsOf(flow: Flow, job: string): RelatedEnds {
  return 'from' in flow ? { end1: flow.from, end2: job } : { end1: job, end2: flow.to };
}

function processElement(
  qualifiedName: string,
  known: KnownJob,
  flows: readonly Flow[],
  config: CataloguerConfig,
): ProcessElement {
  const { facets, name, parent } = known;
  const { integration, jobType } = facet(facets, 'jobType');
  const kind = [integration, jobType].flatMap((part) => textIn(part, 200) ?? []).join(' ');
  const ownership = ownershipOf(facets);
  return {
    typeName: 'DeployedSoftwareComponent',
    qualifiedName,
    name: textIn(name, 4_000) ?? qualifiedName,
    description: descriptionOf(facets),
    ...(kind ? { deployedImplementationType: kind } : {}),
    ...(config.sourceCode ? codeOf(facets) : {}),
    additionalProperties: jobNotes(known),
    relationships: {
      ...(flows.length > 0 ? { DataFlow: flows } : {}),
      ...(parent
        ? { ProcessHierarchy: [{ from: parentReference(parent), properties: { containmentType: 'USED' } }] }
        : {}),
    },
    ...(ownership ? { classifications: { Ownership: ownership } } : {}),
  };
}

/** Until its own events come, of the type that it will have. */
function parentReference(parent: { namespace: string; name: string }): ReferenceInput {
  return { typeName: 'DeployedSoftwareComponent', qualifiedName: jobQualifiedName(parent) };
}

/** What the job does, as text: its SQL, else its source code. */
function codeOf(facets: KnownFacets) {
  const { query, dialect } = facet(facets, 'sql');
  const { language, sourceCode } = facet(facets, 'sourceCode');
  const sql = textIn(query);
  const code = textIn(sourceCode);
  const implementationLanguage = textIn(language, 200) ?? (sql ? 'SQL' : undefined);
  if (sql) return { formula: sql, formulaType: textIn(dialect, 200) ?? 'SQL', implementationLanguage };
  if (code) return { formula: code, formulaType: textIn(language, 200), implementationLanguage };
  return { implementationLanguage };
}

function jobNotes({ namespace, name, facets, root }: KnownJob): Record<string, string> {
  const { processingType, emissionPattern } = facet(facets, 'jobType');
  const pattern = emissionPattern as Record<string, unknown> | undefined;
  const others = notes({
    processingType,
    eventTrigger: pattern?.eventTrigger,
    eventContentMode: pattern?.eventContentMode,
    rootJob: root ? `${root.namespace} ${root.name}` : undefined,
    ...ownerNotes(facets),
    ...tagNotes(facets),
  });
  return { ...others, ...nameNotes({ namespace, name }) };
}

function portElements(job: string, { inputs, outputs }: JobLineage) {
  if (Object.keys(inputs).length + Object.keys(outputs).length > maxPorts) return [];
  return [...portsOf(job, 'INPUT_PORT', inputs), ...portsOf(job, 'OUTPUT_PORT', outputs)];
}

function portsOf(job: string, portType: 'INPUT_PORT' | 'OUTPUT_PORT', uses: KnownUses) {
  const side = portType === 'INPUT_PORT' ? 'input' : 'output';
  return Object.values(uses).map(({ namespace, name }) => ({
    typeName: 'PortImplementation' as const,
    qualifiedName: `Port::${job}::${side}::${namespace}::${name}`,
    parent: { processes: job },
    displayName: textIn(nameDataset({ namespace, name }).displayName, 4_000),
    portType,
    additionalProperties: nameNotes({ namespace, name }),
  }));
}

export function sourceReferenceName(job: string): string {
  return `ExternalReference::${job}::source`;
}

function sourceReference(job: string, facets: KnownFacets) {
  const { url, repoUrl, path, version, tag, branch, type } = facet(facets, 'sourceCodeLocation');
  const address = textIn(url, 4_000) ?? textIn(repoUrl, 4_000);
  if (!address) return undefined;
  return {
    qualifiedName: sourceReferenceName(job),
    parent: { processes: job },
    displayName: textIn(path, 4_000) ?? 'Source code',
    url: address,
    referenceVersion: textIn(version, 200),
    additionalProperties: notes({ repository: repoUrl, path, tag, branch, type }),
  };
}
