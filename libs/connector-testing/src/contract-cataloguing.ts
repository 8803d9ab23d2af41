import { expect } from 'vitest';
import { ifPossible, type ContractTest } from './contract-test.js';
import { FakeOpenMetadata } from './fake-open-metadata.js';
import type { SessionReport } from './fake-session.js';
import type { Subject } from './fixture.js';

export function cataloguingTests(subject: Subject): ContractTest[] {
  if (!subject.has.refresh) return [];
  return [
    {
      sentence: 'catalogues what is there, in elements that the type system allows',
      run: async () => {
        const fixture = await subject.setUp();
        const { openMetadata, refresh } = await fixture.start();
        const report = await refresh();
        expect(report.refused, report.refused.join('\n')).toEqual([]);
        expect(report.unread).toEqual([]);
        for (const [collection, names] of Object.entries(fixture.catalogued))
          expect(openMetadata.names(collection)).toEqual(names);
        expect(report.counts.created).toBe(openMetadata.names().length);
        expect(report.counts.created).toBeGreaterThan(0);
      },
    },

    {
      sentence: 'writes nothing when nothing has changed',
      run: async () => {
        const fixture = await subject.setUp();
        const { openMetadata, refresh } = await fixture.start();
        await refresh();
        expectNothingWritten(await refresh(), openMetadata);
        const restarted = await fixture.start(openMetadata);
        expectNothingWritten(await restarted.refresh(), openMetadata);
      },
    },

    ifPossible(subject, 'change', {
      sentence: 'a change changes that alone',
      run: async () => {
        const fixture = await subject.setUp();
        const { openMetadata, refresh } = await fixture.start();
        await refresh();
        const before = openMetadata.names().length;
        const changed = await fixture.apply('change');
        const report = await refresh();
        expect(report.refused, report.refused.join('\n')).toEqual([]);
        const differing = [...report.created, ...report.updated, ...report.removed].sort();
        if (changed) expect(differing).toEqual(changed);
        expect(differing.length).toBeGreaterThan(0);
        if (before > differing.length) expect(report.counts.unchanged).toBeGreaterThan(0);
        expectNothingWritten(await refresh(), openMetadata);
      },
    }),

    ifPossible(subject, 'remove', {
      sentence: 'removes what is gone, and that alone',
      run: async () => {
        const fixture = await subject.setUp();
        const { openMetadata, refresh } = await fixture.start();
        await refresh();
        const before = openMetadata.names();
        const gone = await fixture.apply('remove');
        const report = await refresh();
        expect(report.counts.removed).toBeGreaterThan(0);
        expect(report.created).toEqual([]);
        if (gone) expect(report.removed.toSorted()).toEqual(gone);
        const removed = new Set(report.removed);
        expect(openMetadata.names()).toEqual(before.filter((name) => !removed.has(name)));
        expectNothingWritten(await refresh(), openMetadata);
      },
    }),

    {
      sentence: 'keeps two instances apart',
      run: async () => {
        const fixtures = [await subject.setUp(), await subject.setUp()];
        const connectors = await Promise.all(fixtures.map((fixture) => fixture.start()));
        await Promise.all(connectors.map(({ refresh }) => refresh()));
        for (const [index, { openMetadata }] of connectors.entries()) {
          const catalogued = fixtures[index]?.catalogued ?? {};
          for (const [collection, names] of Object.entries(catalogued))
            expect(openMetadata.names(collection)).toEqual(names);
        }
      },
    },

    {
      sentence: 'logs no secret',
      run: async () => {
        const fixture = await subject.setUp();
        const { refresh, logged } = await fixture.start(new FakeOpenMetadata());
        await refresh();
        const lines = JSON.stringify(logged);
        for (const secret of fixture.secretValues) expect(lines).not.toContain(secret);
      },
    },
  ];
}

function expectNothingWritten(report: SessionReport, openMetadata: FakeOpenMetadata): void {
  const { created, updated, removed, refused } = report;
  expect({ created, updated, removed, refused }).toEqual({
    ...{ created: [], updated: [], removed: [], refused: [] },
  });
  expect(report.counts.unchanged).toBe(openMetadata.names().length);
}
