/**
 * Counts what a catalogue must have of some events, by another way than the product's code goes, of which it uses none:
 * jobs, runs, datasets, columns and links of columns. `node count-lineage.mjs <file.jsonl>…` prints it.
 */
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';

const isRecord = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value) => (Array.isArray(value) ? value.filter(isRecord) : []);
const nameOf = ({ namespace, name }) => JSON.stringify([namespace, name]);

/** To the nanosecond, as text. */
function instantOf({ eventTime }) {
  const [, fraction = ''] = /\.(\d+)/.exec(eventTime) ?? [];
  const seconds = Math.floor(Date.parse(eventTime) / 1_000);
  return `${String(seconds).padStart(12, '0')}.${fraction.padEnd(9, '0').slice(0, 9)}`;
}

/** In the order of their times, whatever the order in which they came. */
export function readEvents(paths) {
  const lines = paths.flatMap((path) => readFileSync(path, 'utf8').split('\n').filter(Boolean));
  const events = lines.map((line) => JSON.parse(line).event);
  return events
    .map((event) => ({ ...event, at: instantOf(event) }))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** @returns counts, and how many there are of each job's columns' links, for those who look for a difference */
export function countLineage(events) {
  const datasets = datasetsIn(events);
  const jobs = new Map();
  const runs = new Map();
  for (const event of events) {
    if (!event.job) continue;
    const job = jobs.get(nameOf(event.job)) ?? { runs: new Set(), outputs: new Map() };
    jobs.set(nameOf(event.job), job);
    if (!event.run) {
      if (event.outputs) job.outputs = outputsWith(new Map(), event);
      continue;
    }
    const { runId } = event.run;
    const run = runs.get(runId) ?? { runId, outputs: new Map(), uses: 0, states: new Set(), last: '' };
    runs.set(runId, run);
    job.runs.add(run);
    run.states.add(event.eventType);
    run.last = event.at > run.last ? event.at : run.last;
    run.uses += listOf(event.inputs).length + listOf(event.outputs).length;
    run.outputs = outputsWith(run.outputs, event);
  }
  const links = [...jobs].flatMap(([name, job]) => linksOf(name, job));
  return {
    jobs: jobs.size,
    runs: runs.size,
    datasets: joinedDatasets(datasets).size,
    columns: [...joinedDatasets(datasets).values()].reduce((sum, fields) => sum + fields.size, 0),
    columnLinks: new Set(links).size,
  };
}

/** By name, with the fields of the newest schema and all names that it has. */
function datasetsIn(events) {
  const datasets = new Map();
  for (const { dataset, inputs, outputs } of events) {
    for (const item of [...listOf([dataset]), ...listOf(inputs), ...listOf(outputs)]) {
      const key = nameOf(item);
      const known = datasets.get(key) ?? { fields: new Set(), names: new Set([key]) };
      datasets.set(key, known);
      const { schema, symlinks } = item.facets ?? {};
      if (isRecord(schema)) known.fields = new Set(fieldsIn(schema.fields, ''));
      for (const identifier of listOf(symlinks?.identifiers)) known.names.add(nameOf(identifier));
    }
  }
  return datasets;
}

function fieldsIn(fields, above) {
  return listOf(fields).flatMap(({ name, fields: inside }) => {
    const path = `${above}/${name}`;
    return [path, ...fieldsIn(inside, path)];
  });
}

/** Two datasets with a common name are one thing. */
function joinedDatasets(datasets) {
  const things = [];
  for (const { names, fields } of datasets.values()) {
    const same = things.filter((thing) => [...names].some((name) => thing.names.has(name)));
    const joined = { names: new Set(names), fields: new Set(fields) };
    for (const thing of same) {
      things.splice(things.indexOf(thing), 1);
      thing.names.forEach((name) => joined.names.add(name));
      thing.fields.forEach((field) => joined.fields.add(field));
    }
    things.push(joined);
  }
  return new Map(things.map((thing, index) => [index, thing.fields]));
}

/** The newest column lineage of each output. */
function outputsWith(outputs, { outputs: given }) {
  const next = new Map(outputs);
  for (const output of listOf(given)) {
    const lineage = output.facets?.columnLineage;
    if (isRecord(lineage)) next.set(nameOf(output), lineage);
    else if (!next.has(nameOf(output))) next.set(nameOf(output), {});
  }
  return next;
}

/** What the job says itself, and its newest complete run that used anything, else its newest. */
function linksOf(job, { runs, outputs }) {
  const failed = ({ states }) => states.has('FAIL') || states.has('ABORT');
  const rank = (run) => `${run.states.has('COMPLETE') && !failed(run) ? 1 : 0} ${run.last} ${run.runId}`;
  const used = [...runs].filter(({ uses }) => uses > 0).sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  const all = new Map([...outputs, ...(used.at(-1)?.outputs ?? [])]);
  return [...all].flatMap(([target, lineage]) => {
    if (!isRecord(lineage.fields)) return [];
    return Object.entries(lineage.fields).flatMap(([field, { inputFields }]) =>
      listOf(inputFields).map((input) => JSON.stringify([job, nameOf(input), input.field, target, field])),
    );
  });
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) {
  process.stdout.write(`${JSON.stringify(countLineage(readEvents(argv.slice(2))), null, 2)}\n`);
}
