import type { EventKind } from './event.js';

export interface KindOfEvent {
  kind: EventKind;
  /** The schema URL names another kind than the event has, or the event has the marks of two. */
  isDoubtful: boolean;
}

/**
 * The kind by what the event has; where that leaves two, by the schema URL. What an event has wins over its URL:
 * senders copy URLs. Undefined: neither run nor job nor dataset.
 */
export function kindOf(event: Record<string, unknown>): KindOfEvent | undefined {
  const named = kindOfSchemaUrl(event.schemaURL);
  const shape = kindOfShape(event, named);
  if (!shape) return undefined;
  const isAmbiguous = shape !== 'run' && isPresent(event.job) && isPresent(event.dataset);
  return { kind: shape, isDoubtful: isAmbiguous || (named !== undefined && named !== shape) };
}

function kindOfShape(event: Record<string, unknown>, named: EventKind | undefined): EventKind | undefined {
  const hasJob = isPresent(event.job);
  const hasDataset = isPresent(event.dataset);
  if (isPresent(event.run)) return hasDataset && !hasJob ? 'dataset' : 'run';
  if (hasJob && hasDataset) return named === 'job' ? 'job' : 'dataset';
  if (hasDataset) return 'dataset';
  return hasJob ? 'job' : undefined;
}

function kindOfSchemaUrl(url: unknown): EventKind | undefined {
  if (typeof url !== 'string') return undefined;
  if (url.endsWith('/RunEvent')) return 'run';
  if (url.endsWith('/JobEvent')) return 'job';
  return url.endsWith('/DatasetEvent') ? 'dataset' : undefined;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
