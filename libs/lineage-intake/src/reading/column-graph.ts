import { entityKey, lineageOf, type FieldLink, type FieldName } from '@idaemon/open-lineage';
import { groupBy } from './group-by.js';
import type { KnownEntities } from './known-entities.js';
import { fieldsOf } from './marquez-shapes.js';

export interface ColumnStart {
  namespace: string;
  name: string;
  /** Undefined: all columns of the dataset. */
  field?: string;
}

interface Column extends FieldName {
  field: string;
}

type ColumnLink = FieldLink & { from: Column; to: Column };

const mostColumns = 5_000;
const mostJobs = 2_000;

/** The columns that the values of some columns come from, and if asked where they go. */
export async function columnGraph(
  entities: KnownEntities,
  start: ColumnStart,
  { depth, withDownstream }: { depth: number; withDownstream: boolean },
) {
  const links = new Map<string, ColumnLink>();
  const columns = new Map<string, Column>();
  const starts = await startsOf(entities, start);
  for (const column of starts) columns.set(idOf(column), column);
  for (const way of withDownstream ? (['upstream', 'downstream'] as const) : (['upstream'] as const)) {
    let frontier = starts;
    for (let step = 0; step < depth && frontier.length > 0 && columns.size < mostColumns; step++) {
      const found = await linksAt(entities, frontier, way);
      for (const link of found) links.set(`${idOf(link.from)}\n${idOf(link.to)}`, link);
      frontier = found
        .map((link) => (way === 'upstream' ? link.from : link.to))
        .filter((column) => !columns.has(idOf(column)));
      for (const column of frontier) columns.set(idOf(column), column);
    }
  }
  return { graph: await nodesOf(entities, [...columns.values()], [...links.values()]) };
}

async function startsOf(entities: KnownEntities, { namespace, name, field }: ColumnStart): Promise<Column[]> {
  if (field !== undefined) return [{ namespace, name, field }];
  const [dataset] = await entities.datasets([entityKey(namespace, name)]);
  const known = dataset ? fieldsOf(dataset.known.facets).map((one) => one.name) : [];
  return known.map((one) => ({ namespace, name, field: one }));
}

/** Of the jobs that write the datasets of the columns, or read them. */
async function linksAt(
  entities: KnownEntities,
  columns: readonly Column[],
  way: 'upstream' | 'downstream',
): Promise<ColumnLink[]> {
  const datasets = [...new Set(columns.map(({ namespace, name }) => entityKey(namespace, name)))];
  const users = await entities.usersOf(datasets, way === 'upstream', mostJobs);
  const jobs = await entities.jobs([...new Set(users.map((use) => use.job_key))]);
  const wanted = new Set(columns.map(idOf));
  return jobs
    .flatMap(({ known, currentRun }) => lineageOf(known, currentRun).fieldLinks)
    .filter(isOfColumns)
    .filter((link) => wanted.has(idOf(way === 'upstream' ? link.to : link.from)));
}

/** As these tools have it: of both lists the node itself is the origin, the other column the destination. */
async function nodesOf(entities: KnownEntities, columns: readonly Column[], links: readonly ColumnLink[]) {
  const keys = [...new Set(columns.map(({ namespace, name }) => entityKey(namespace, name)))];
  const datasets = await entities.datasets(keys);
  const types = new Map(
    datasets.flatMap(({ known }) =>
      fieldsOf(known.facets).map(({ name, type }) => [idOf({ ...known, field: name }), type] as const),
    ),
  );
  const into = groupBy(links, ({ to }) => idOf(to));
  const outOf = groupBy(links, ({ from }) => idOf(from));
  return columns.map((column) => {
    const id = idOf(column);
    const inputs = into.get(id) ?? [];
    return {
      id,
      type: 'DATASET_FIELD',
      data: {
        namespace: column.namespace,
        dataset: column.name,
        datasetVersion: null,
        field: column.field,
        fieldType: types.get(id) ?? null,
        transformationDescription: descriptionOf(inputs),
        transformationType: typeOf(inputs),
        inputFields: inputs.map(inputShape),
      },
      inEdges: inputs.map(({ from }) => ({ origin: id, destination: idOf(from) })),
      outEdges: (outOf.get(id) ?? []).map(({ to }) => ({ origin: id, destination: idOf(to) })),
    };
  });
}

function inputShape(link: ColumnLink) {
  const { namespace, name, field } = link.from;
  return {
    ...{ namespace, dataset: name, datasetVersion: null, field },
    transformationDescription: descriptionOf([link]),
    transformationType: typeOf([link]),
  };
}

function descriptionOf(links: readonly ColumnLink[]): string | null {
  return (
    links.flatMap(({ transformations }) => transformations.flatMap((one) => one.description ?? []))[0] ?? null
  );
}

function typeOf(links: readonly ColumnLink[]): string | null {
  return links.flatMap(({ transformations }) => transformations.flatMap((one) => one.type ?? []))[0] ?? null;
}

function isOfColumns(link: FieldLink): link is ColumnLink {
  return link.from.field !== undefined && link.to.field !== undefined;
}

function idOf({ namespace, name, field }: Column): string {
  return `datasetField:${namespace}:${name}:${field}`;
}
