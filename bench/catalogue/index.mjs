/** First and unchanged second refresh of a folder and of a database, against a bare load of the same rows. */
import { writeFile, mkdir } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bareLoad } from '../bare-load.mjs';
import { startRound, startServers } from '../bench-system.mjs';
import { median } from '../median.mjs';
import { memoryOf } from '../memory.mjs';
import { rowWrites, writesSince } from '../row-writes.mjs';
import { makeDatabase, makeTree } from './sources.mjs';

const help = `npm run bench -- catalogue [options]
  --elements N   elements of the folder (default 100000); growth is measured at N/100, N/10 and N
  --tables N     tables of the database, 20 columns each (default 2000; 0: leave it out)
  --rounds N     rounds, alternating with the bare load (default 3)`;

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      elements: { type: 'string', default: '100000' },
      tables: { type: 'string', default: '2000' },
      rounds: { type: 'string', default: '3' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(help);
  const [elements, tables, rounds] = [values.elements, values.tables, values.rounds].map(Number);
  const servers = await startServers();
  try {
    const results = {
      at: new Date().toISOString(),
      machine: machine(),
      elements,
      tables,
      rounds: [],
      growth: [],
    };
    for (const size of [elements / 100, elements / 10])
      results.growth.push(await folderRound(servers, Math.round(size)));
    for (let round = 0; round < rounds; round += 1) {
      const folder = await folderRound(servers, elements);
      const database = tables ? await databaseRound(servers, tables) : undefined;
      results.rounds.push({ folder, database });
      console.log(`round ${round + 1}: ${JSON.stringify(results.rounds.at(-1))}`);
    }
    await report(results);
  } finally {
    await servers.stop();
  }
}

async function folderRound(servers, elements) {
  const path = join(servers.folder, 'tree');
  await makeTree(path, elements);
  return measured(servers, 'files-integrator', {
    name: 'bench',
    service: 'files-integrator',
    connector: 'folder',
    config: { path },
  });
}

async function databaseRound(servers, tables) {
  const source = new URL(await makeDatabase(servers.postgres, tables));
  const password = decodeURIComponent(source.password);
  source.password = '';
  const document = {
    name: 'bench',
    service: 'database-integrator',
    connector: 'postgresql',
    config: { url: source.href },
    secrets: { password: { env: 'BENCH_PASSWORD' } },
  };
  return measured(servers, 'database-integrator', document, { BENCH_PASSWORD: password });
}

/** One fresh system: idle memory, first refresh, unchanged refresh, then the same rows by hand. */
async function measured(servers, integrator, document, environment = {}) {
  const round = await startRound(servers, ['daemon', 'omas-gateway', integrator], environment);
  try {
    const memory = async (name) => memoryOf(round.system.process(name).identity.pid);
    const idle = await memory(integrator);
    await round.call('PUT', '/api/connectors/bench', {
      ...document,
      schedule: { every: '1d' },
      initialState: 'paused',
    });
    const first = await firstRefresh(round);
    const before = await rowWrites(round.url);
    const second = await round.refresh('bench');
    const written = writesSince(before, await rowWrites(round.url));
    const peaks = {
      integrator: await memory(integrator),
      gateway: await memory('omas-gateway'),
      daemon: await memory('daemon'),
    };
    const bare = await bareLoad(round.url);
    return {
      elements: first.counts.created,
      firstMs: first.ms,
      secondMs: second.ms,
      bareMs: Math.round(bare.ms),
      bareRows: bare.rows,
      second: second.counts,
      written,
      idleMiB: idle?.nowMiB,
      peakMiB: Object.fromEntries(Object.entries(peaks).map(([name, value]) => [name, value?.peakMiB])),
      ratioOfBare: round2(bare.ms / first.ms),
      secondFaster: round2(first.ms / second.ms),
    };
  } finally {
    await round.stop();
  }
}

/** The start of a connector refreshes it: that run is the first one. */
async function firstRefresh({ call }) {
  await call('POST', '/api/connectors/bench/resume', {});
  for (;;) {
    const { items } = await call('GET', '/api/connectors/bench/runs?pageSize=1');
    const [run] = items;
    if (run?.state === 'ended') {
      if (run.outcome !== 'succeeded')
        throw new Error(`The first run ended ${run.outcome}: ${JSON.stringify(run.error)}`);
      return { ...run, ms: Date.parse(run.endedAt) - Date.parse(run.startedAt) };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function report(results) {
  const folder = new URL('../results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  const file = new URL(`catalogue-${results.elements}.json`, folder);
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  for (const kind of ['folder', 'database']) {
    const rounds = results.rounds.map((round) => round[kind]).filter(Boolean);
    if (rounds.length) summarise(kind, rounds);
  }
  const rates = [...results.growth, results.rounds[0].folder].map(
    ({ elements, firstMs }) => `${elements}: ${Math.round((elements / firstMs) * 1000)}/s`,
  );
  console.log(`growth of the first refresh  ${rates.join('  ')}`);
}

function summarise(kind, rounds) {
  const of = (name) => round2(median(rounds.map((round) => round[name])));
  console.log(`\n${kind}: ${rounds[0].elements} elements, medians of ${rounds.length}`);
  console.log(
    `  first ${of('firstMs')} ms, bare load ${of('bareMs')} ms: ${of('ratioOfBare')} of the bare load (bar 0.40)`,
  );
  console.log(
    `  unchanged ${of('secondMs')} ms: ${of('secondFaster')} times faster (bar 4); ${of('bareMs') > of('secondMs') ? 'faster' : 'SLOWER'} than the bare load`,
  );
  console.log(`  rows written by the unchanged refresh: ${JSON.stringify(rounds.at(-1).written)} (bar 0)`);
  console.log(
    `  idle integrator ${of('idleMiB')} MiB (bar 120); peaks ${JSON.stringify(rounds.at(-1).peakMiB)} (bar 250 for the integrator)`,
  );
}

function machine() {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}

function round2(value) {
  return Math.round(value * 100) / 100;
}
