import { SystemUnavailableError, type SessionPort } from '@idaemon/connector-kit';
import { expect } from 'vitest';
import { ifPossible, type ContractTest } from './contract-test.js';
import { FakeOpenMetadata } from './fake-open-metadata.js';
import { delegating } from './delegating-port.js';
import type { Fixture, Subject } from './fixture.js';
import { openResources, settledResources } from './open-resources.js';

export function failureTests(subject: Subject): ContractTest[] {
  if (!subject.has.refresh) return [];
  return [
    ifPossible(subject, 'readHalf', {
      sentence: 'removes nothing after an incomplete read',
      run: async () => {
        const fixture = await subject.setUp();
        const { openMetadata, refresh } = await fixture.start();
        await refresh();
        const before = openMetadata.names();
        await fixture.apply('readHalf');
        const outcome = await refresh().catch((error: unknown) => ({ error }));
        const saidSo = 'error' in outcome || outcome.unread.length > 0;
        expect(saidSo, 'refresh neither failed nor called unread').toBe(true);
        expect(before.filter((name) => !openMetadata.names().includes(name))).toEqual([]);
      },
    }),

    ifPossible(subject, 'unreachable', {
      sentence: 'fails with SystemUnavailableError and removes nothing when the third party is away',
      run: async () => {
        const fixture = await subject.setUp();
        const { openMetadata, refresh } = await fixture.start();
        await refresh();
        const before = openMetadata.names();
        await fixture.apply('unreachable');
        await expect(refresh()).rejects.toMatchObject({ code: 'system-unavailable' });
        await expect(startAndRefresh(fixture, openMetadata)).rejects.toMatchObject({
          code: 'system-unavailable',
        });
        expect(openMetadata.names()).toEqual(before);
      },
    }),

    ifPossible(subject, 'unreachable', {
      sentence: 'leaves nothing open when connecting fails',
      run: async () => {
        const fixture = await subject.setUp();
        // The first time loads the driver, which may open things for good.
        await (await fixture.start()).stop();
        await fixture.apply('unreachable');
        const before = openResources();
        await startAndRefresh(fixture, new FakeOpenMetadata()).catch(() => undefined);
        expect(await settledResources(before)).toEqual(before);
      },
    }),

    {
      sentence: 'never swallows a failed write',
      run: async () => {
        const fixture = await subject.setUp();
        const { refresh } = await fixture.start();
        const writes = await countWrites(fixture);
        for (const failing of new Set([1, Math.ceil(writes / 2), writes])) {
          const failed = new SystemUnavailableError('The gateway of this test');
          const refreshed = refresh((port) => failingAt(port, failing, failed));
          await expect(refreshed, `write ${failing} of ${writes} failed`).rejects.toMatchObject({
            code: 'system-unavailable',
          });
        }
      },
    },

    {
      sentence: 'never swallows that the end of a scope could not be written',
      run: async () => {
        const { start } = await subject.setUp();
        const { refresh } = await start();
        const failed = new SystemUnavailableError('The gateway of this test');
        const complete = () => Promise.reject(failed);
        await expect(refresh((port) => delegating(port, { complete }))).rejects.toMatchObject({
          code: 'system-unavailable',
        });
      },
    },

    {
      sentence: 'refreshes again after a failure, from the start',
      run: async () => {
        const fixture = await subject.setUp();
        const { refresh, openMetadata } = await fixture.start();
        const failed = new SystemUnavailableError('The gateway of this test');
        await expect(refresh((port) => failingAt(port, 1, failed))).rejects.toThrow();
        await refresh();
        for (const [collection, names] of Object.entries(fixture.catalogued))
          expect(openMetadata.names(collection)).toEqual(names);
      },
    },
  ];
}

async function startAndRefresh(fixture: Fixture, openMetadata: FakeOpenMetadata): Promise<void> {
  const connector = await fixture.start(openMetadata);
  await connector.refresh().finally(() => connector.stop());
}

async function countWrites(fixture: Fixture): Promise<number> {
  let writes = 0;
  const connector = await fixture.start(new FakeOpenMetadata());
  await connector.refresh((port) =>
    delegating(port, {
      write: (collection, scope, element) => {
        writes++;
        return port.write(collection, scope, element);
      },
    }),
  );
  await connector.stop();
  return writes;
}

function failingAt(port: SessionPort, failing: number, error: Error): SessionPort {
  let writes = 0;
  return delegating(port, {
    write: (collection, scope, element) =>
      ++writes === failing ? Promise.reject(error) : port.write(collection, scope, element),
  });
}
