import type { TaggedElement } from '@idaemon/connector-kit';
import type { lineageIntegrator } from '@idaemon/integration-services';

type Collections = typeof lineageIntegrator.collections;

/** What is swept by a refresh; what other things hang under comes first. */
export const collections = [
  'dataAssets',
  'tables',
  'schemaTypes',
  'columns',
  'processes',
  'ports',
  'externalReferences',
] as const;
export type CollectionName = (typeof collections)[number];

export type CataloguedElement = TaggedElement<Collections, CollectionName>;
export type ColumnElement = TaggedElement<Collections, 'columns'>['columns'];
export type ProcessElement = TaggedElement<Collections, 'processes'>['processes'];
