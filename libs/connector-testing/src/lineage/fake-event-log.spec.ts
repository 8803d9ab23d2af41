import { defineConnector, NotAuthorizedError } from '@idaemon/connector-kit';
import { lineageIntegrator, type ChangedEntities } from '@idaemon/integration-services';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startConnector } from '../running-connector.js';
import { FakeEventLog } from './fake-event-log.js';

const runEvent = (run: number, more: object = {}) => ({
  eventTime: `2026-11-21T10:00:0${run}Z`,
  eventType: 'COMPLETE',
  producer: 'https://spec',
  run: { runId: `0190a1f0-0000-7000-8000-00000000000${run}` },
  job: { namespace: 'spec', name: 'load' },
  ...more,
});

describe('the log of events in memory', () => {
  it('hands a connector its events in order and takes what it publishes', async () => {
    const log = new FakeEventLog();
    const seen: string[] = [];
    const connector = defineConnector({
      name: 'echo',
      description: 'Publishes each event of others again.',
      service: lineageIntegrator,
      config: z.object({}),
      async engage({ openLineage }) {
        await openLineage.listen(async (events) => {
          for (const event of events) {
            seen.push(`${event.sender} ${event.position}`);
            if (event.sender === 'spec') await openLineage.publish(`${event.body.toString()} `);
          }
        });
      },
    });
    const running = await startConnector(connector, { config: {}, extension: log.extension('echo') });
    const { done } = running.engage();
    log.receive(runEvent(1), runEvent(1), runEvent(2));
    await expect.poll(() => seen).toEqual(['spec 1', 'spec 2', 'connector:echo 3', 'connector:echo 4']);
    await running.stop();
    await done;
    expect(log.listeners).toMatchObject([{ refused: [], taken: 4 }]);
  });

  it('notes what a handler refuses, and ends where a person must act', async () => {
    const log = new FakeEventLog();
    log.receive(runEvent(1), runEvent(2));
    const { openLineage } = log.extension()(new AbortController().signal);
    const listening = openLineage.listen(async ([event]) => {
      if (event?.position === 1) throw new Error('refused');
      throw new NotAuthorizedError('The key is refused');
    });
    await expect(listening).rejects.toThrow('The key is refused');
    expect(log.listeners[0]?.refused.map(({ event }) => event.position)).toEqual([1]);
  });

  it('tells what changed until it is acknowledged', async () => {
    const log = new FakeEventLog();
    log.receive(runEvent(1, { inputs: [{ namespace: 'file', name: '/a.csv' }] }), runEvent(2));
    const stopping = new AbortController();
    const { openLineage } = log.extension()(stopping.signal);
    const pages = openLineage.changed({ runsPerJob: 1 })[Symbol.asyncIterator]();
    const { value } = (await pages.next()) as IteratorResult<ChangedEntities, undefined>;
    expect(value?.jobs.map(({ currentRun }) => currentRun?.runId)).toEqual([runEvent(1).run.runId]);
    expect(value?.runs.map(({ known, job }) => [known.runId, job?.name])).toEqual([
      [runEvent(2).run.runId, 'load'],
    ]);
    expect(value?.datasets.map(({ known }) => known.name)).toEqual(['/a.csv']);
    expect(log.toCatalogue).toHaveLength(3);
    const ended = pages.next();
    expect(log.toCatalogue).toEqual([]);
    stopping.abort();
    expect((await ended).done).toBe(true);
  });
});
