/** How fast the control plane is: from a configuration to a running connector, many connectors in one instance, plans. */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { startRound, startServers } from '../bench-system.mjs';
import { cpuSecondsOf } from '../cpu.mjs';
import { memoryOf } from '../memory.mjs';
import { percentile } from '../percentile.mjs';
import { addConnectors, startOneByOne, untilAllRun } from './connectors.mjs';
import { delaysOf } from './delays.mjs';
import { planOfMany } from './plan.mjs';

const help = `npm run bench -- control [options]
  --starts N       connectors that are configured one after another (default 30)
  --connectors N   connectors of one instance (default 1000; a quick look: 100)
  --every T        each of them refreshes an empty folder so often (default 60s)
  --seconds N      how long their delays are watched (default 120; a quick look: 15 with --every 5s)`;

const integrator = 'files-integrator';

export async function run(args) {
  const text = (value) => ({ type: 'string', default: value });
  const { values } = parseArgs({
    args,
    options: {
      ...{ starts: text('30'), connectors: text('1000'), every: text('60s'), seconds: text('120') },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(help);
  const [starts, connectors, seconds] = [values.starts, values.connectors, values.seconds].map(Number);
  const servers = await startServers();
  try {
    const figures = await measured(servers, { starts, connectors, seconds, every: values.every });
    await report({ starts, connectors, seconds, every: values.every }, figures);
  } finally {
    await servers.stop();
  }
}

async function measured(servers, { starts, connectors, seconds, every }) {
  const apps = ['daemon', 'omas-gateway', integrator];
  const round = await startRound(servers, apps);
  try {
    const pidOf = (app) => round.system.process(app).identity.pid;
    const startCpu = Object.fromEntries(
      await Promise.all(apps.map(async (app) => [app, await cpuSecondsOf(pidOf(app))])),
    );
    const startMs = await startOneByOne(round.call, servers.folder, starts);
    const before = await memoryOf(pidOf(integrator));
    await addConnectors(round.call, servers.folder, { count: connectors, every });
    await untilAllRun(round.call, connectors);
    const delays = await delaysOf(round.system.url(integrator), seconds);
    const after = await memoryOf(pidOf(integrator));
    const statusMs = await statusOfAll(round.call);
    const plans = await planOfMany();
    return {
      startCpu,
      startP50Ms: percentile(startMs, 50),
      startP99Ms: percentile(startMs, 99),
      delays,
      statusMs: percentile(statusMs, 50),
      perConnectorMiB: before && after ? (after.nowMiB - before.nowMiB) / connectors : undefined,
      planMs: percentile(
        plans.map(({ ms }) => ms),
        50,
      ),
      planCpuMs: percentile(
        plans.map(({ cpuMs }) => cpuMs),
        50,
      ),
    };
  } finally {
    await round.stop();
  }
}

/** All pages, as `idaemon status` asks for them. */
async function statusOfAll(call) {
  const times = [];
  for (let round = 0; round < 10; round += 1) {
    const began = performance.now();
    for (let next = ''; next !== null;) {
      const cursor = next ? `&cursor=${encodeURIComponent(next)}` : '';
      ({ next } = await call('GET', `/api/connectors?pageSize=1000${cursor}`));
    }
    times.push(performance.now() - began);
  }
  return times;
}

async function report(options, figures) {
  const { startCpu, delays, startP50Ms, startP99Ms, statusMs, perConnectorMiB, planMs, planCpuMs } = figures;
  const rows = [
    ['configuration → running, p50 (p99), ms', `${round1(startP50Ms)} (${round1(startP99Ms)})`, '100'],
    [`status of ${options.connectors} connectors, ms`, round1(statusMs), '100'],
    [`due → start, p99 of ${delays.count}, ms`, `≤ ${delays.p99BoundMs}`, '250'],
    ['memory per connector at rest, MiB', round3(perConnectorMiB), '0.2'],
    ...Object.entries(startCpu).map(([app, s]) => [`process start of ${app}, s of CPU`, round3(s), '2']),
    ['plan of 10,000 connectors over 50, ms (of CPU)', `${round1(planMs)} (${round1(planCpuMs)})`, '1000'],
  ];
  for (const [what, is, bar] of rows)
    console.log(`${what.padEnd(52)} ${String(is).padStart(16)}   bar ${bar}`);
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  const results = { at: new Date().toISOString(), machine, node: process.version, options, figures };
  const folder = new URL('../results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  const file = new URL(`control-${options.connectors}.json`, folder);
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}

const round1 = (value) => Math.round(value * 10) / 10;
const round3 = (value) => (value === undefined ? 'unknown' : Math.round(value * 1000) / 1000);
