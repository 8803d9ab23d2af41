import { contextExtension, defineIntegrationService } from '@idaemon/connector-kit';
import { describe, expect, it } from 'vitest';
import { testConnector, testHost } from '../testing/test-host.js';
import { checkExtension, type ExtendedInstance } from './context-extension.js';

const untilAbort = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

const service = defineIntegrationService({
  name: 'lineage-integrator',
  description: 'Lineage of specs.',
  collections: {},
  extension: contextExtension<{ openLineage: object }>('openLineage'),
});

describe('what a service adds to the contexts of its connectors', () => {
  it('is given to refresh and to engage, made for that instance and until that method ends', async () => {
    const given: object[] = [];
    const extended: ExtendedInstance[] = [];
    const t = testHost(
      [
        testConnector({
          refresh: async (context) => void given.push(context),
          engage: async (context) => {
            given.push(context);
            await untilAbort(context.signal);
          },
        }),
      ],
      4,
      (instance) => {
        extended.push(instance);
        return { openLineage: `log of ${instance.connector}` };
      },
    );
    t.run();
    t.host.start();
    await t.clock.pass(500);
    expect(given).toHaveLength(2);
    for (const context of given) expect(context).toMatchObject({ openLineage: 'log of landing' });
    expect(extended[0]).toMatchObject({ connector: 'landing', shard: 0, epoch: 1, shards: 1 });
    const stopped = t.host.stop();
    await t.clock.pass(2_000);
    await stopped;
    expect(extended.map(({ signal }) => signal.aborted)).toContain(true);
  });

  it('must be brought by a module of the app', () => {
    expect(() => checkExtension(service, undefined)).toThrow(
      'The service lineage-integrator gives its connectors openLineage, but no module of its app provides',
    );
    expect(() => checkExtension(service, () => ({ openLineage: {} }))).not.toThrow();
  });
});
