import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startConnector } from '@idaemon/connector-testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { folder } from './folder.connector.js';

const name = fc.constantFrom('a', 'b', 'c.csv', 'd.txt', 'ö');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));

/** What may happen to a tree between two refreshes; what is impossible just then does nothing. */
const happening = fc.oneof(
  fc.record({
    what: fc.constant('write' as const),
    path,
    content: fc.constantFrom('', 'x,y\n1,2\n', 'text'),
  }),
  fc.record({ what: fc.constant('move' as const), path, to: path }),
  fc.record({ what: fc.constant('remove' as const), path }),
  fc.record({ what: fc.constant('refresh' as const) }),
);

it('catalogues any tree, and follows it through anything that happens', { timeout: 60_000 }, async () => {
  const happenings = fc.array(happening, { minLength: 3, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(happenings, async (all) => {
      const root = await mkdtemp(join(tmpdir(), 'generated-'));
      const connector = await startConnector(folder, { config: { path: root, host: 'h' } });
      try {
        for (const each of [...all, { what: 'refresh' as const }]) {
          if (each.what !== 'refresh') await happen(root, each).catch(() => undefined);
          else {
            const report = await connector.refresh();
            expect({ refused: report.refused, unread: report.unread }).toEqual({ refused: [], unread: [] });
            expect(pathsOf(connector.openMetadata.names(), root)).toEqual(await pathsIn(root));
          }
        }
        expect((await connector.refresh()).counts).toMatchObject({ created: 0, updated: 0, removed: 0 });
      } finally {
        await connector.stop();
        await rm(root, { recursive: true });
      }
    }),
    { numRuns: 40 },
  );
});

type Happening = Exclude<typeof happening extends fc.Arbitrary<infer T> ? T : never, { what: 'refresh' }>;

async function happen(root: string, happened: Happening): Promise<void> {
  const at = join(root, happened.path);
  if (happened.what === 'remove') return rm(at, { recursive: true });
  if (happened.what === 'move') return rename(at, join(root, happened.to));
  await mkdir(dirname(at), { recursive: true });
  await writeFile(at, happened.content);
}

async function pathsIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return ['', ...entries.map((entry) => join(entry.parentPath, entry.name).slice(root.length))].sort();
}

function pathsOf(names: readonly string[], root: string): string[] {
  const ofFiles = names.filter((each) => !each.startsWith('Tabular'));
  return ofFiles.map((each) => each.slice(each.indexOf(root) + root.length)).sort();
}
