import { EventEmitter } from 'node:events';
import type { ListenOptions, OpenLineageContext, ReceivedEvent } from '@idaemon/integration-services';
import { createMetrics } from '@idaemon/metrics';
import { Redaction, systemClock, type ContextExtensionProvider } from '@idaemon/service-runtime';
import { openLineageProvider } from '../dispatch/open-lineage-context.js';
import { appendEvents } from '../log/append-events.js';
import type { LineageStore } from './lineage-store.js';

export interface Listening {
  /** Bodies, as `read` tells them. */
  handed: string[];
  warnings: string[];
  /** Rejects with what ended it. */
  ended: Promise<void>;
  stop: () => Promise<void>;
}

export interface Dispatch {
  context: (
    connector?: string,
    instance?: { shard?: number; shards?: number; epoch?: number },
  ) => {
    openLineage: OpenLineageContext;
    warnings: string[];
    stop: () => void;
  };
  /** Listens; `handle` may reject. */
  listen: (
    handle?: (events: readonly ReceivedEvent[]) => Promise<void> | void,
    options?: ListenOptions & { connector?: string; shard?: number; shards?: number; epoch?: number },
  ) => Listening;
  /** Something was folded or logged. */
  wake: () => void;
}

/** Dispatch as the lineage integrator does it, with short times. */
export function dispatchOf({ database }: LineageStore): Dispatch {
  const notices = new EventEmitter().setMaxListeners(0);
  const on = (name: string) => (call: () => void, until: AbortSignal) => {
    notices.on(name, call);
    until.addEventListener('abort', () => notices.off(name, call), { once: true });
  };
  const environment = {
    ...{ database, clock: systemClock, metrics: createMetrics('lineage-integrator') },
    ...{ redaction: new Redaction(), onGrown: on('grown'), onFolded: on('folded') },
    append: async (events: Parameters<typeof appendEvents>[1]) => {
      await appendEvents(database, events);
      notices.emit('grown');
    },
    timing: { pollMs: 20, saveMs: 5, stayMs: 200, retryMs: () => 30, maxAttempts: 3 },
  };
  // One per replica: each process has its own.
  const provider = (): ContextExtensionProvider => openLineageProvider(environment);
  const context: Dispatch['context'] = (connector = 'http-out', instance = {}) => {
    const { shard = 0, shards = 1, epoch = 1 } = instance;
    const stopping = new AbortController();
    const warnings: string[] = [];
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: (text: string) => void warnings.push(text),
    };
    const members = provider()({ connector, shard, shards, epoch, log, signal: stopping.signal });
    const { openLineage } = members as { openLineage: OpenLineageContext };
    return { openLineage, warnings, stop: () => stopping.abort(new Error('stopped')) };
  };
  return {
    context,
    wake: () => notices.emit('folded') && notices.emit('grown'),
    listen(handle = () => undefined, { connector, shard, shards, epoch, ...options } = {}) {
      const { openLineage, warnings, stop } = context(connector, { shard, shards, epoch });
      const handed: string[] = [];
      const ended = openLineage.listen(async (events) => {
        await handle(events);
        handed.push(...events.map(nameOf));
      }, options);
      ended.catch(() => undefined);
      return {
        ...{ handed, warnings, ended },
        stop: async () => {
          stop();
          await ended.catch(() => undefined);
        },
      };
    },
  };
}

/** `<run>.<seconds>` of a made event. */
export function nameOf(event: ReceivedEvent): string {
  const { runId = '', eventTime } = event.read();
  return `${Number(runId.slice(-12))}.${(Date.parse(eventTime) - Date.UTC(2026, 10, 21, 10)) / 1000}`;
}
