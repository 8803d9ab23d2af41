/** The two receivers, a process each, and the load, another one. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { withClient } from '@idaemon/launcher/database';
import { freePortNear } from '@idaemon/launcher/ports';
import { System } from '@idaemon/launcher/system';
import { memoryOf } from '../memory.mjs';

const here = (name) => new URL(name, import.meta.url);
const restMs = 1_000;
const drainDeadlineMs = 10 * 60_000;

export async function startReceivers({ folder, postgres, nats }) {
  const database = `intake_${randomBytes(4).toString('hex')}`;
  await withClient(postgres.url(), (client) => client.query(`create database ${database}`));
  const postgresUrl = postgres.url(database);
  const system = new System({
    home: join(folder, database),
    natsUrl: nats.url,
    postgresUrl,
    isSupervised: false,
    environment: { PATH: process.env.PATH, IDAEMON_LOG_LEVEL: 'warn' },
  });
  const app = 'lineage-integrator';
  await system.start({ name: app, app, port: await freePortNear(19_417), environment: {} });
  await system.untilReady(app);
  const bare = await startBare();
  const numbers = { next: 1 };
  const ours = { url: system.url(app), pid: system.process(app).identity.pid };
  return {
    postgresUrl,
    bare: receiver(bare, numbers),
    ours: { ...receiver(ours, numbers), drain: (events) => drain(ours, postgresUrl, numbers, events) },
    stop: async () => {
      bare.process.kill();
      await system.stop();
    },
  };
}

async function startBare() {
  const port = await freePortNear(19_450);
  const process_ = fork(here('bare-receiver.mjs'), {
    env: { ...process.env, NODE_ENV: 'production', IDAEMON_PORT: String(port) },
  });
  await once(process_, 'message');
  return { url: `http://127.0.0.1:${port}`, pid: process_.pid, process: process_ };
}

function receiver({ url, pid }, numbers) {
  return {
    /** What one measurement leaves behind (checkpoints, vacuum, folding) is not the next one's. */
    rest: () => wait(restMs),
    async load(options) {
      const cpuMs = await cpuOf(pid);
      const measured = await inOwnProcess({ url, first: numbers.next, ...options });
      const events = measured.next - numbers.next;
      numbers.next = measured.next;
      const cpuUsPerEvent = Math.round((((await cpuOf(pid)) - cpuMs) * 1_000) / Math.max(1, events));
      return { ...measured, next: undefined, cpuUsPerEvent, memory: await memoryOf(pid) };
    },
  };
}

async function inOwnProcess(options) {
  const load = fork(here('load.mjs'));
  const ended = once(load, 'message');
  load.send(options);
  const [measured] = await ended;
  load.disconnect();
  return measured;
}

/** A burst, and how long it takes until all of it is folded. */
async function drain(ours, postgresUrl, numbers, events) {
  const batch = 500;
  const begun = performance.now();
  let sent = 0;
  while (sent < events) {
    const measured = await inOwnProcess({
      url: ours.url,
      first: numbers.next,
      connections: 4,
      seconds: 0.5,
      eventBytes: 2_048,
      batch,
    });
    sent += measured.next - numbers.next;
    numbers.next = measured.next;
  }
  const receivedMs = performance.now() - begun;
  await untilFolded(postgresUrl);
  const foldedMs = performance.now() - begun;
  const result = { events: sent, receivedMs, foldedMs, foldedPerSecond: (sent * 1_000) / foldedMs };
  console.log(
    `burst of ${sent}: received in ${(receivedMs / 1_000).toFixed(1)} s, folded after ${(foldedMs / 1_000).toFixed(1)} s (with what was left before it)`,
  );
  return result;
}

async function untilFolded(url) {
  const deadline = performance.now() + drainDeadlineMs;
  await withClient(url, async (client) => {
    for (;;) {
      const { rows } = await client.query(
        `select coalesce(sum(greatest(0, s.position - c.position)), 0)::int as behind
         from lineage.stream s join lineage.fold_cursor c using (stream)`,
      );
      if (rows[0].behind === 0) return;
      if (performance.now() > deadline) throw new Error(`${rows[0].behind} events are not folded`);
      await wait(100);
    }
  });
}

/** User and system time of a process so far. */
async function cpuOf(pid) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const msPerTick = 10;
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * msPerTick;
}
