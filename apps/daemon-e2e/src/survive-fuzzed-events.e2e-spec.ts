import { randomInt } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { List } from '@idaemon/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.js';
import { fuzzedRequests, type FuzzedRequest } from './fuzzed-events.js';
import { faultsOfCatalogue, faultsOfLog, madeHistory, query, toCatalogue } from './lineage-history.js';
import { post, sendConversations } from './lineage-senders.js';
import { TestSystem } from './test-system.js';

const isFull = process.env.IDAEMON_TEST_FULL === '1';
const requestCount = isFull ? 100_000 : 5_000;
const deadlineMs = isFull ? 120 * 60_000 : 170_000;
/** Before the deadline of the test, so that what is missing is told. */
const cataloguedMs = deadlineMs - 30_000;
const connections = 16;
const chunk = 500;

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.start({ apps: ['daemon', 'omas-gateway', 'lineage-integrator'] });
  await system.api.put('/api/connectors/lineage', {
    name: 'lineage',
    service: 'lineage-integrator',
    connector: 'open-lineage-cataloguer',
    config: {},
  });
});

afterAll(() => system.stop());

test(
  'whatever is posted is taken or refused, and what others send is catalogued all the same',
  async () => {
    const begunMs = performance.now();
    const receiver = system.app('lineage-integrator');
    const started = await startTimes();
    const history = madeHistory(400);
    const sending = sendConversations([receiver.url], history.runs, 2);
    const surprises: string[] = [];
    for (let sent = 0; sent < requestCount; sent += chunk) {
      const seed = randomInt(0x7fff_ffff);
      const answers = await answersTo(receiver.url, fuzzedRequests(chunk, seed));
      surprises.push(
        ...answers.flatMap((status, index) =>
          [200, 201, 400].includes(status) ? [] : `seed ${seed}, request ${index}: ${status}`,
        ),
      );
    }
    expect(surprises).toEqual([]);
    await sending.done;
    await eventually('everything catalogued', cataloguedMs - (performance.now() - begunMs), async () => {
      const [left] = await query<{ behind: number }>(
        system,
        `select count(*)::int as behind from lineage.event e join lineage.fold_cursor c using (stream)
         where e.position > c.position`,
      );
      const waiting = await toCatalogue(system);
      if (left!.behind === 0 && waiting === 0) return true;
      await wait(500);
      throw new Error(`${left!.behind} events are to be folded, ${waiting} entities to be catalogued`);
    });
    expect(await faultsOfLog(system, history, { isAlone: false })).toEqual([]);
    const faults = await faultsOfCatalogue(system, history);
    expect(faults.filter((fault) => !fault.endsWith('was never sent'))).toEqual([]);
    // Neither an event nor a part of one had to be given up.
    expect((await system.api.get<List<unknown>>('/api/dead-letters')).items).toEqual([]);
    expect(await uncatalogued()).toEqual([]);
    // Nobody ended in between.
    expect(await startTimes()).toEqual(started);
    expect((await system.api.status('lineage')).state).toBe('running');
  },
  deadlineMs,
);

/** Jobs that events told of and open metadata does not hold, whatever they are called. */
async function uncatalogued(): Promise<string[]> {
  const known = await query<{ name: string }>(
    system,
    `select known->>'namespace' || ' ' || (known->>'name') as name from lineage.job`,
  );
  const processes = await system.api.elements({ type: 'DeployedSoftwareComponent' });
  const found = new Set(
    processes.map(({ properties: { additionalProperties: notes } }) =>
      isNamed(notes) ? `${notes.namespace ?? ''} ${notes.openLineageName ?? ''}` : '',
    ),
  );
  return known.map(({ name }) => name).filter((name) => !found.has(name));
}

function isNamed(notes: unknown): notes is { namespace?: string; openLineageName?: string } {
  return typeof notes === 'object' && notes !== null;
}

async function answersTo(url: string, requests: readonly FuzzedRequest[]): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  try {
    return await Promise.all(
      requests.map(({ body, isBatch, isPacked }) => {
        const headers: Record<string, string> = isPacked ? { 'content-encoding': 'gzip' } : {};
        return post(agent, `${url}/api/v1/lineage${isBatch ? '/batch' : ''}`, body, headers);
      }),
    );
  } finally {
    agent.destroy();
  }
}

async function startTimes(): Promise<string[]> {
  const pages = await Promise.all(
    ['daemon', 'omas-gateway', 'lineage-integrator'].map(async (name) => {
      const response = await fetch(`${system.app(name).url}/metrics`);
      return response.text();
    }),
  );
  return pages.map((page) => /^process_start_time_seconds.*$/m.exec(page)?.[0] ?? 'unknown');
}
