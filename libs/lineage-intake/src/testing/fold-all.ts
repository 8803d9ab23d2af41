import { createMetrics } from '@idaemon/metrics';
import { systemClock, type Log } from '@idaemon/service-runtime';
import type { FoldLimits } from '../fold/fold-batch.js';
import { FoldWorker } from '../fold/fold-worker.js';
import type { LineageStore } from './lineage-store.js';

const silent = { warn: () => undefined, error: () => undefined } as Partial<Log> as Log;

export function foldWorker(
  { database }: LineageStore,
  limits: FoldLimits = { events: 500, bytes: 8 << 20 },
  onFolded: () => void = () => undefined,
): FoldWorker {
  const metrics = createMetrics('lineage-integrator');
  return new FoldWorker({ database, clock: systemClock, log: silent, metrics, limits, onFolded });
}

/** Folds whatever the log has; how many events that were. */
export async function foldAll(store: LineageStore, worker = foldWorker(store)): Promise<number> {
  let events = 0;
  for (let batch = await worker.foldNext(); batch; batch = await worker.foldNext()) events += batch.events;
  return events;
}
