import { readNodeId, type DatasetName, type NodeKind } from '@idaemon/open-lineage';
import { BadQueryError } from './bad-query.error.js';
import type { Slice } from './known-entities.js';
import type { Query } from './read-routes.js';

const mostRows = 1_000;

export function sliceOf(query: Query): Slice {
  return {
    limit: wholeNumber(query, 'limit', 100, 0, mostRows),
    offset: wholeNumber(query, 'offset', 0, 0, 1_000_000),
  };
}

export function wholeNumber(query: Query, name: string, byDefault: number, min: number, max: number): number {
  const text = textIn(query, name);
  if (text === undefined) return byDefault;
  if (!/^\d{1,9}$/.test(text) || Number(text) < min) {
    throw new BadQueryError(name, `must be a whole number from ${min} to ${max}`);
  }
  return Math.min(Number(text), max);
}

export function textIn(query: Query, name: string): string | undefined {
  const value = query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function timeIn(query: Query, name: string): string | undefined {
  const text = textIn(query, name);
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  const time = Number.isNaN(ms) ? '' : new Date(ms).toISOString();
  // Postgres reads none of the year 0, before it, or with five digits.
  if (/^(?!0000)\d{4}-/.test(time)) return time;
  throw new BadQueryError(name, 'must be a time, e.g. 2026-01-31T00:00:00Z');
}

export interface WantedNode {
  kind: NodeKind;
  names: DatasetName[];
}

/** What `nodeId` may mean; of a column, which has its name at the end, see `columnsIn`. */
export function nodeIn(query: Query): WantedNode {
  const node = readNodeId(requiredNode(query));
  if (node) return node;
  throw new BadQueryError('nodeId', 'must be job:<namespace>:<name> or dataset:<namespace>:<name>');
}

/** Of `datasetField:<namespace>:<dataset>:<column>`: its readings; of a dataset all columns. */
export function columnsIn(query: Query): (DatasetName & { field?: string })[] | 'job' {
  const text = requiredNode(query);
  if (text.startsWith('job:')) return 'job';
  const field = /^datasetField:(.+):([^:]+)$/s.exec(text);
  const node = readNodeId(field ? `dataset:${field[1]}` : text);
  if (!node) {
    throw new BadQueryError(
      'nodeId',
      'must be dataset:<namespace>:<name> or datasetField:<namespace>:<dataset>:<column>',
    );
  }
  return node.names.map((name) => ({ ...name, ...(field ? { field: field[2]! } : {}) }));
}

function requiredNode(query: Query): string {
  const text = textIn(query, 'nodeId');
  if (text !== undefined) return text;
  throw new BadQueryError('nodeId', 'is required, e.g. job:airflow:load_orders');
}
