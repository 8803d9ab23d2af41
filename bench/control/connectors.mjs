import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Requests of the bench that are under way at once. */
const atOnce = 8;

async function documentOf(folder, name, schedule) {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  return { name, service: 'files-integrator', connector: 'folder', config: { path }, ...schedule };
}

/** Milliseconds from sending each configuration until its status is `running`. */
export async function startOneByOne(call, folder, count) {
  const times = [];
  for (let index = 0; index < count; index += 1) {
    const name = `start-${index}`;
    const document = await documentOf(folder, name);
    const began = performance.now();
    await call('PUT', `/api/connectors/${name}`, document);
    while ((await call('GET', `/api/connectors/${name}/status`)).state !== 'running') await wait(1);
    times.push(performance.now() - began);
  }
  return times;
}

export async function addConnectors(call, folder, { count, every }) {
  const names = Array.from({ length: count }, (_, index) => `many-${index}`);
  const add = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      const document = await documentOf(folder, name, { schedule: { every } });
      await call('PUT', `/api/connectors/${name}`, document);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, add));
}

/** And have refreshed once. */
export async function untilAllRun(call, count) {
  for (;;) {
    let running = 0;
    for (let next = ''; next !== null;) {
      const cursor = next ? `&cursor=${encodeURIComponent(next)}` : '';
      const page = await call('GET', `/api/connectors?pageSize=1000${cursor}`);
      running += page.items.filter(({ status }) => status.state === 'running' && status.lastRun).length;
      next = page.next;
    }
    if (running >= count) return;
    await wait(500);
  }
}
