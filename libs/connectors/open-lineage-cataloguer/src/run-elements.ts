import {
  jobQualifiedName,
  runQualifiedName,
  type KnownFacets,
  type KnownRun,
  type KnownUses,
} from '@idaemon/open-lineage';
import type { CataloguedElement } from './elements.js';
import { facet, itemsIn, notes, tagNotes, textIn } from './facet-values.js';

/** A run is an instance of its job's process. */
export function runElement(known: KnownRun): CataloguedElement {
  const { runId, job } = known;
  return {
    processes: {
      typeName: 'TransientEmbeddedProcess',
      qualifiedName: runQualifiedName(runId),
      parent: { processes: { typeName: 'DeployedSoftwareComponent', qualifiedName: jobQualifiedName(job) } },
      name: runId,
      additionalProperties: {
        ...runNotes(known),
        ...qualityNotes('input', known.inputs),
        ...qualityNotes('output', known.outputs),
      },
    },
  };
}

function runNotes({ runId, state, startedAt, endedAt, facets, parentRun, rootRun }: KnownRun) {
  const nominal = facet(facets, 'nominalTime');
  const engine = facet(facets, 'processing_engine');
  const error = facet(facets, 'errorMessage');
  const query = facet(facets, 'externalQuery');
  return notes({
    runId,
    state,
    startTime: startedAt,
    endTime: endedAt,
    nominalStartTime: nominal.nominalStartTime,
    nominalEndTime: nominal.nominalEndTime,
    errorMessage: error.message,
    errorLanguage: error.programmingLanguage,
    engine: engine.name,
    engineVersion: engine.version,
    externalQueryId: query.externalQueryId,
    externalQuerySource: query.source,
    parentRun: parentRun?.runId,
    rootRun: rootRun?.runId,
    tests: testsOf(facets),
    ...tagNotes(facets),
  });
}

function testsOf(facets: KnownFacets): string | undefined {
  const tests = itemsIn(facet(facets, 'test').tests);
  return summary(tests, ({ status }) => status === 'pass' || status === 'skip');
}

/** What the run found of a dataset: how much it read or wrote, and which checks failed. */
function qualityNotes(side: 'input' | 'output', uses: KnownUses): Record<string, string> {
  const all = Object.values(uses).flatMap(({ name, facets }) => {
    const statistics = facet(facets, side === 'input' ? 'inputStatistics' : 'outputStatistics');
    const metrics = facet(facets, 'dataQualityMetrics');
    const checks = itemsIn(facet(facets, 'dataQualityAssertions').assertions);
    return Object.entries({
      rowCount: statistics.rowCount ?? metrics.rowCount,
      bytes: statistics.size ?? metrics.bytes,
      fileCount: statistics.fileCount ?? metrics.fileCount,
      checks: summary(checks, ({ success }) => success === true),
    }).map(([key, value]): [string, unknown] => [`${side}.${name}.${key}`, value]);
  });
  return notes(Object.fromEntries(all));
}

type Check = Record<string, unknown>;

/** `3 of 4 passed; failed: not_null (id)` */
function summary(checks: readonly Check[], isPassed: (check: Check) => boolean): string | undefined {
  if (checks.length === 0) return undefined;
  const failed = checks.filter((check) => !isPassed(check));
  const passed = `${checks.length - failed.length} of ${checks.length} passed`;
  return failed.length === 0 ? passed : `${passed}; failed: ${failed.map(labelOf).join(', ')}`;
}

function labelOf({ assertion, name, column }: Check): string {
  const label = textIn(assertion, 200) ?? textIn(name, 200) ?? 'unnamed';
  const ofColumn = textIn(column, 200);
  return ofColumn ? `${label} (${ofColumn})` : label;
}
