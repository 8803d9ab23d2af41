import { setImmediate as turn } from 'node:timers/promises';
import { cutBatch, MalformedEventError } from '@idaemon/open-lineage';
import type { NewEvent } from '../log/append-events.js';
import type { EventLog } from '../log/event-log.js';
import type { Sender } from '../senders/sender-keys.js';
import type { EventReader } from './event-reader.js';
import { Refusal } from './refusal.js';

export interface BatchOptions {
  reader: EventReader;
  log: Pick<EventLog, 'append'>;
  maxBatch: number;
}

export interface BatchResult {
  status: 'success' | 'partial_success';
  summary: {
    received: number;
    successful: number;
    failed: number;
    retriable: number;
    non_retriable: number;
  };
  failed_events: FailedEvent[];
}

interface FailedEvent {
  index: number;
  reason: string;
  retriable: boolean;
}

/** Bytes that are read before other requests get their turn, and that are committed at once. */
const chunkBytes = 1024 * 1024;
const commitBytes = 4 * chunkBytes;

/** Each event is judged on its own; those that are right are stored in their order. */
export async function takeBatch(body: Buffer, sender: Sender, options: BatchOptions): Promise<BatchResult> {
  const { reader, log, maxBatch } = options;
  const slices = cutBatch(body, { maxEvents: maxBatch });
  const events: NewEvent[] = [];
  const failed: FailedEvent[] = [];
  let sinceTurn = 0;
  for (const [index, { start, end }] of slices.entries()) {
    try {
      events.push(reader.read(body.subarray(start, end), sender));
    } catch (error) {
      failed.push({ index, reason: reasonOf(error), retriable: false });
    }
    sinceTurn += end - start;
    if (sinceTurn < chunkBytes) continue;
    sinceTurn = 0;
    await turn();
  }
  // One after the other: of two commits at once either may be the first.
  for (const part of partsOf(events)) await log.append(part);
  return resultOf(slices.length, failed);
}

function* partsOf(events: readonly NewEvent[]): Generator<NewEvent[]> {
  let part: NewEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    if (bytes > 0 && bytes + event.body.length > commitBytes) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(event);
    bytes += event.body.length;
  }
  if (part.length > 0) yield part;
}

function resultOf(received: number, failed: FailedEvent[]): BatchResult {
  return {
    status: failed.length === 0 ? 'success' : 'partial_success',
    summary: {
      received,
      successful: received - failed.length,
      failed: failed.length,
      retriable: 0,
      non_retriable: failed.length,
    },
    failed_events: failed,
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof MalformedEventError) return describe(error.problems, error.message);
  if (error instanceof Refusal) return describe(error.options.errors ?? [], error.message);
  throw error;
}

function describe(problems: readonly { pointer: string; message: string }[], otherwise: string): string {
  const list = problems.map(({ pointer, message }) => (pointer ? `${pointer}: ${message}` : message));
  return list.length > 0 ? list.slice(0, 5).join(' ') : otherwise;
}
