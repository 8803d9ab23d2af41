/** Durable intake against a receiver that stores nothing and against bare inserts, all in one run. */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { startServers } from '../bench-system.mjs';
import { median } from '../median.mjs';
import { bareInserts } from './bare-inserts.mjs';
import { startReceivers } from './receivers.mjs';

const help = `npm run bench -- intake [options]
  --seconds N      of each measurement (default 10)
  --rounds N       rounds, the two receivers alternating (default 3)
  --connections L  list for single events (default 1,8,32,128)
  --burst N        events of the burst that is drained (default 40000; 0: leave it out)
  --quick          2 s, one round, 32 and 128 connections, 2 KiB only, a burst of 4000`;

const eventSizes = { '2 KiB': 2_048, '64 KiB': 65_536 };
const batchEvents = { '2 KiB': 500, '64 KiB': 50 };
const batchConnections = 4;
/** By events, not by time: a slow machine compiles no sooner. */
const warmUp = { connections: 64, seconds: 120, events: 40_000, eventBytes: 2_048 };
/** Four times the room that one sender has. Small events would not do: they wait in the kernel until they are read. */
const overload = { connections: 1_000, eventBytes: 262_144 };

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '1,8,32,128' },
      burst: { type: 'string', default: '40000' },
      quick: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(help);
  const plan = values.quick
    ? { seconds: 2, rounds: 1, connections: [32, 128], sizes: ['2 KiB'], burst: 4_000 }
    : {
        seconds: Number(values.seconds),
        rounds: Number(values.rounds),
        connections: values.connections.split(',').map(Number),
        sizes: Object.keys(eventSizes),
        burst: Number(values.burst),
      };
  const servers = await startServers();
  try {
    await report(await measure(servers, plan));
  } finally {
    await servers.stop();
  }
}

async function measure(servers, plan) {
  const receivers = await startReceivers(servers);
  try {
    // Both have seen enough to be compiled before anything counts.
    await receivers.bare.load(warmUp);
    await receivers.ours.load(warmUp);
    const results = { at: new Date().toISOString(), machine: machine(), plan, single: [], batch: [] };
    for (const size of plan.sizes) {
      for (const connections of plan.connections)
        results.single.push(await compareSingle(receivers, plan, size, connections));
      results.batch.push(await compareBatch(receivers, plan, size));
    }
    results.overload = await overloaded(receivers, plan);
    if (plan.burst) results.burst = await receivers.ours.drain(plan.burst);
    return results;
  } finally {
    await receivers.stop();
  }
}

async function compareSingle({ bare, ours }, { seconds, rounds }, size, connections) {
  const load = { connections, seconds, eventBytes: eventSizes[size] };
  const measured = { bare: [], ours: [] };
  for (let round = 0; round < rounds; round++) {
    await bare.rest();
    measured.bare.push(await bare.load(load));
    measured.ours.push(await ours.load(load));
    await ours.rest();
  }
  const rate = (side) => median(measured[side].map(({ perSecond }) => perSecond));
  const p99 = (side) => median(measured[side].map(({ p99Ms }) => p99Ms));
  const compared = {
    size,
    connections,
    share: rate('ours') / rate('bare'),
    p99Ratio: p99('ours') / p99('bare'),
    perSecond: Math.round(rate('ours')),
    ...measured,
  };
  console.log(
    `single ${size}, ${connections} connections: ${compared.perSecond}/s, ${percent(compared.share)} of the bare receiver, p99 ${p99('ours').toFixed(1)} ms, ${compared.p99Ratio.toFixed(1)} times its own`,
  );
  return compared;
}

async function compareBatch({ ours, postgresUrl }, { seconds, rounds }, size) {
  const eventBytes = eventSizes[size];
  const batch = batchEvents[size];
  const measured = { bare: [], ours: [] };
  for (let round = 0; round < rounds; round++) {
    measured.bare.push(await bareInserts(postgresUrl, { seconds, eventBytes, batch }));
    measured.ours.push(await ours.load({ connections: batchConnections, seconds, eventBytes, batch }));
    await ours.rest();
  }
  const rate = (side) => median(measured[side].map(({ perSecond }) => perSecond));
  const compared = {
    size,
    batch,
    share: rate('ours') / rate('bare'),
    perSecond: Math.round(rate('ours')),
    ...measured,
  };
  console.log(
    `batch ${size}: ${compared.perSecond} events/s, ${percent(compared.share)} of bare multi-row inserts`,
  );
  return compared;
}

/** Far more at once than can be held. */
async function overloaded({ ours }, { seconds }) {
  const measured = await ours.load({ ...overload, seconds });
  await ours.rest();
  const { codes, broken, memory } = measured;
  const isRight = broken === 0 && Object.keys(codes).sort().join() === '201,503';
  console.log(
    `overload: ${JSON.stringify(codes)}, ${broken} broken (${isRight ? 'only 201 and 503' : 'NOT as it should be'}), peak of the integrator ${memory?.peakMiB} MiB`,
  );
  return { ...measured, isRight };
}

async function report(results) {
  const file = new URL(`../results/intake-${results.plan.seconds}s.json`, import.meta.url);
  await mkdir(new URL('./', file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(`kept in ${file.pathname.split('/').slice(-3).join('/')}`);
}

function machine() {
  return {
    cpus: cpus().length,
    model: cpus()[0]?.model,
    memoryMiB: Math.round(totalmem() / 1024 / 1024),
    node: process.version,
  };
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}
