import { readEvent } from '../read-event.js';
import type { ReadEvent } from '../event.js';
import { bodyOf } from './corpus.js';

type Part = Record<string, unknown>;

const base = {
  eventTime: '2026-11-21T10:00:00Z',
  producer: 'https://example.org/producer',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json',
};
export const runId = '01a1fe2e-0685-773d-a275-ffe62c51797e';
export const job = { namespace: 'shop', name: 'orders_daily' };
export const orders = { namespace: 'postgres://db:5432', name: 'shop.public.orders' };
export const daily = { namespace: 'postgres://db:5432', name: 'shop.public.orders_daily' };

export function runEvent(changes: Part = {}): Part {
  return {
    ...base,
    schemaURL: `${base.schemaURL}#/$defs/RunEvent`,
    eventType: 'START',
    run: { runId },
    job,
    ...changes,
  };
}

export function jobEvent(changes: Part = {}): Part {
  return { ...base, schemaURL: `${base.schemaURL}#/$defs/JobEvent`, job, ...changes };
}

export function datasetEvent(changes: Part = {}): Part {
  return { ...base, schemaURL: `${base.schemaURL}#/$defs/DatasetEvent`, dataset: orders, ...changes };
}

export function read(event: Part): ReadEvent {
  return readEvent(bodyOf(event));
}

/** A facet as the standard wants it. */
export function facet(content: Part): Part {
  return {
    _producer: 'https://example.org/producer',
    _schemaURL: 'https://example.org/facet.json',
    ...content,
  };
}
