import type { Change, ElementWrite, Reference, RelationshipWrite } from '@idaemon/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WritingStore } from '../testing/writing-store.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
afterAll(() => store.close());

const namespace = 'file://host';
const sources = ['north', 'south'] as const;
type Source = (typeof sources)[number];
const folders = (source: Source) => [`${source}-d0`, `${source}-d1`, `${source}-d2`];
const files = (source: Source) => [`${source}-f0`, `${source}-f1`, `${source}-f2`];
const allFolders = sources.flatMap(folders);
const allNames = [...allFolders, ...sources.flatMap(files)];

const referenceTo = (type: string, names: readonly string[]): fc.Arbitrary<Reference> =>
  fc.tuple(fc.constantFrom(...names), fc.constantFrom('name', 'locator', 'both')).map(([name, by]) => ({
    type,
    ...(by === 'locator' ? {} : { qualifiedName: name }),
    ...(by === 'name' ? {} : { locator: { namespace, name } }),
  }));

const parent = (type: string, exceptName: string): fc.Arbitrary<RelationshipWrite[]> =>
  fc.array(
    referenceTo(
      'FileFolder',
      allFolders.filter((name) => name !== exceptName),
    ).map((other) => ({ type, otherEnd: 1 as const, other, isParent: true })),
    { maxLength: 1 },
  );

const flows: fc.Arbitrary<RelationshipWrite[]> = fc.array(
  referenceTo('Referenceable', allNames).map((other) => ({ type: 'DataFlow', otherEnd: 2 as const, other })),
  { maxLength: 2 },
);

function element(name: string): fc.Arbitrary<ElementWrite> {
  const isFolder = name.includes('-d');
  const link = isFolder ? 'FolderHierarchy' : 'NestedFile';
  return fc
    .record({ version: fc.nat({ max: 2 }), parents: parent(link, name), flows })
    .map(({ version, parents, flows: others }) => ({
      type: isFolder ? 'FileFolder' : 'CSVFile',
      qualifiedName: name,
      properties: { description: `version ${version}` },
      locators: [{ namespace, name }],
      relationships: [...parents, ...others],
    }));
}

type Step =
  | { kind: 'refresh'; source: Source; elements: ElementWrite[]; batchSize: number; isUnprobed: boolean }
  | { kind: 'upsert'; source: Source; elements: ElementWrite[] }
  | { kind: 'remove'; source: Source; names: string[] };

const someOf = (source: Source) =>
  fc
    .shuffledSubarray([...folders(source), ...files(source)])
    .chain((names) => fc.tuple(...names.map((name) => element(name))));

const step: fc.Arbitrary<Step> = fc.constantFrom(...sources).chain((source) =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('refresh' as const),
        source: fc.constant(source),
        elements: someOf(source),
        batchSize: fc.integer({ min: 1, max: 6 }),
        isUnprobed: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('upsert' as const),
        source: fc.constant(source),
        elements: someOf(source),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('remove' as const),
        source: fc.constant(source),
        names: fc.subarray([...folders(source), ...files(source)]),
      }),
    },
  ),
);

type Content = Map<string, ElementWrite>;

function parentOf({ relationships = [] }: ElementWrite): string | undefined {
  const other = relationships.find(({ isParent }) => isParent)?.other;
  return other?.qualifiedName ?? other?.locator?.name;
}

/** What the sources hold after the step. */
function expectation(contents: Record<Source, Content>, step: Step): void {
  const content = contents[step.source];
  if (step.kind === 'refresh') content.clear();
  if (step.kind !== 'remove') for (const one of step.elements) content.set(one.qualifiedName, one);
  else for (const name of step.names) removeTree(content, name);
}

function removeTree(content: Content, name: string): void {
  if (!content.delete(name)) return;
  for (const child of [...content.values()]) {
    if (parentOf(child) === name) removeTree(content, child.qualifiedName);
  }
}

async function run(step: Step): Promise<void> {
  const { source } = step;
  const options = { connector: source };
  if (step.kind === 'refresh') await store.refresh(step.elements, { ...options, ...step });
  else await store.change(changesOf(step), { ...options, removal: { maxPercent: 100, minElements: 1000 } });
}

function changesOf(step: Exclude<Step, { kind: 'refresh' }>): Change[] {
  if (step.kind === 'remove') {
    return step.names.map((qualifiedName) => ({
      operation: 'remove',
      collection: 'dataFiles',
      element: { type: 'Referenceable', qualifiedName },
      recursive: true,
    }));
  }
  return step.elements.map((one) => ({
    operation: 'upsert',
    collection: 'dataFiles',
    scope: '',
    element: one,
  }));
}

/** The graph by the names of its things: a placeholder that only a locator names is the thing of that locator. */
async function graph() {
  const nameOf = (name: string) => name.replace(`${namespace}::`, '');
  const elements = await store.database.rows<Record<string, string>>(
    `select e.qualified_name as name, e.type, e.properties->>'description' as description, p.qualified_name as parent
     from element e left join element p on p.id = e.parent_id where not e.is_placeholder order by 1`,
  );
  return {
    elements: elements.map((one) => ({ ...one, parent: one.parent && nameOf(one.parent) })),
    placeholders: [...new Set((await store.placeholders()).map(nameOf))].sort(),
    relationships: [
      ...new Set((await store.relationships()).map((text) => text.replaceAll(`${namespace}::`, ''))),
    ].sort(),
    locators: await store.database.rows(
      `select l.name, e.qualified_name from locator l join element e on e.id = l.element_id
       where not e.is_placeholder order by 1`,
    ),
  };
}

describe('references, targets and removals in any order', () => {
  it('end in the graph of what the sources hold at last', { timeout: 300_000 }, async () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (all, isSouthFirst) => {
        await store.clear();
        const contents: Record<Source, Content> = { north: new Map(), south: new Map() };
        for (const one of all) {
          await run(one);
          expectation(contents, one);
        }
        const reached = await graph();
        expect(await store.count('dead_letter')).toBe(0);

        await store.clear();
        const order = isSouthFirst ? (['south', 'north'] as const) : sources;
        for (const source of order)
          await store.refresh([...contents[source].values()], { connector: source });
        expect(reached).toEqual(await graph());
        for (const source of sources) await store.refresh([], { connector: source });
        expect(await graph()).toEqual({ elements: [], placeholders: [], relationships: [], locators: [] });
        expect(await store.count('element')).toBe(0);
      }),
      { numRuns: Number(process.env.IDAEMON_PROPERTY_RUNS ?? 25) },
    );
  });
});
