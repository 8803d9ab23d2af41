import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { ContractTest } from './contract-test.js';
import { delegating } from './delegating-port.js';
import { FakeOpenMetadata } from './fake-open-metadata.js';
import type { Subject } from './fixture.js';
import { openResources, settledResources } from './open-resources.js';
import type { RunningConnector } from './running-connector.js';

/** What a connector is given to stop, plus what a busy machine takes. */
const toStopMs = 1_000 + 250;

export function stoppingTests(subject: Subject): ContractTest[] {
  return [
    ...(subject.has.refresh ? refreshStoppingTests(subject) : []),
    ...(subject.has.engage ? engageStoppingTests(subject) : []),
    {
      sentence: 'leaves nothing open after it was disconnected, each time',
      run: async () => {
        const fixture = await subject.setUp();
        const openMetadata = new FakeOpenMetadata();
        await liveOnce(await fixture.start(openMetadata), subject);
        const before = openResources();
        await liveOnce(await fixture.start(openMetadata), subject);
        await liveOnce(await fixture.start(openMetadata), subject);
        expect(await settledResources(before)).toEqual(before);
      },
    },

    {
      sentence: 'may be disconnected before it did anything',
      run: async () => {
        const fixture = await subject.setUp();
        const connector = await fixture.start();
        await expect(within(toStopMs, connector.stop())).resolves.toBe('settled');
      },
    },
  ];
}

function refreshStoppingTests(subject: Subject): ContractTest[] {
  return [
    {
      sentence: 'stops a refresh within a second of an abort',
      run: async () => {
        const fixture = await subject.setUp();
        const connector = await fixture.start();
        // As a gateway that is away: the write ends with the abort, and not before.
        const write = () => {
          setImmediate(() => connector.abort());
          return untilAbort(connector.signal);
        };
        const refreshed = connector.refresh((port) => delegating(port, { write }));
        await expect(within(toStopMs * 2, refreshed)).resolves.toBe('settled');
        await expect(within(toStopMs, connector.stop())).resolves.toBe('settled');
      },
    },

    {
      sentence: 'ends a refresh that begins after the abort',
      run: async () => {
        const fixture = await subject.setUp();
        const connector = await fixture.start();
        connector.abort();
        await expect(within(toStopMs, connector.refresh())).resolves.toBe('settled');
      },
    },
  ];
}

function engageStoppingTests(subject: Subject): ContractTest[] {
  return [
    {
      sentence: 'listens until an abort, and stops within a second of it',
      run: async () => {
        const fixture = await subject.setUp();
        const connector = await fixture.start();
        const { done } = connector.engage();
        await expect(within(200, done), 'engage returned before the abort').resolves.toBe('still running');
        connector.abort();
        await expect(within(toStopMs, done)).resolves.toBe('settled');
      },
    },

    {
      sentence: 'listens beside a refresh',
      run: async () => {
        const fixture = await subject.setUp();
        const connector = await fixture.start();
        const { done } = connector.engage();
        await connector.refresh();
        for (const [collection, names] of Object.entries(fixture.catalogued))
          expect(connector.openMetadata.names(collection)).toEqual(names);
        await expect(within(50, done), 'engage returned before the abort').resolves.toBe('still running');
      },
    },
  ];
}

function untilAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(new DOMException('The run was aborted', 'AbortError'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

async function liveOnce(connector: RunningConnector, { has }: Subject): Promise<void> {
  if (has.engage) connector.engage();
  if (has.refresh) await connector.refresh();
  await connector.stop();
}

/** Whether a promise settles in time, well or badly. */
async function within(ms: number, promise: Promise<unknown>): Promise<'settled' | 'still running'> {
  const waiting = new AbortController();
  const settled = promise.then(
    () => 'settled' as const,
    () => 'settled' as const,
  );
  const late = sleep(ms, 'still running' as const, { signal: waiting.signal }).catch(
    () => 'settled' as const,
  );
  return Promise.race([settled, late]).finally(() => waiting.abort());
}
