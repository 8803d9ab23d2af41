import { setTimeout as wait } from 'node:timers/promises';
import { contentHash, type ElementWrite, type IdaemonError } from '@idaemon/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { file, folder, inFolder, WritingStore, type OpenSession } from '../testing/writing-store.js';

let store: WritingStore;
beforeEach(async () => {
  store = await WritingStore.open();
});
afterEach(() => store.close());

const flowTo = (name: string, by: 'name' | 'locator') => ({
  type: 'DataFlow',
  otherEnd: 2 as const,
  other: {
    type: 'Referenceable',
    ...(by === 'name' ? { qualifiedName: name } : { locator: { namespace: 'file://host', name } }),
  },
});
const thing = (name: string, more: Partial<ElementWrite> = {}) =>
  file(name, { locators: [{ namespace: 'file://host', name }], ...more });

/** Sends a batch again, under its number, for as long as the gateway says that it may heal. */
async function sendUntilDone(
  session: OpenSession,
  number: number,
  elements: readonly ElementWrite[],
): Promise<number> {
  const entries = elements.map((element) => ({
    qualifiedName: element.qualifiedName,
    hash: contentHash(element),
    element,
  }));
  for (let failures = 0; ; failures += 1) {
    try {
      await store.writer.batch({ session: session.id, number, collection: 'dataFiles', scope: '', entries });
      return failures;
    } catch (error) {
      if (!['system-unavailable', 'busy'].includes((error as IdaemonError).code)) throw error;
      // Postgres may be back in a moment.
      await wait(10);
    }
  }
}

async function whileConnectionsBreak(work: () => Promise<void>): Promise<void> {
  const done = new AbortController();
  const working = work().finally(() => done.abort());
  for (let breaks = 0; breaks < 12 && !done.signal.aborted; breaks += 1) {
    await store.database
      .rows(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      )
      .catch(() => undefined);
    await wait(30);
  }
  await working;
}

describe('a session while Postgres loses its connections', () => {
  it('ends right and counts each element once', async () => {
    const elements = Array.from({ length: 400 }, (_, index) => thing(`f${index}`, inFolder('root')));
    const session = await store.begin();
    let failures = 0;
    await whileConnectionsBreak(async () => {
      failures += await sendUntilDone(session, 0, [folder('root')]);
      for (let number = 1; number <= 20; number += 1) {
        failures += await sendUntilDone(session, number, elements.slice((number - 1) * 20, number * 20));
      }
    });
    expect(failures).toBeGreaterThan(0);
    await session.complete();
    const report = await session.commit(21);
    expect(report).toMatchObject({
      outcome: 'succeeded',
      counts: { created: 401, updated: 0, unchanged: 0, removed: 0 },
    });
    expect(await store.names()).toHaveLength(401);
    expect(await store.relationships()).toHaveLength(400);
    expect(await store.count('locator')).toBe(400);
    expect(
      await store.database.rows('select max(position)::int as head, count(*)::int as rows from change_feed'),
    ).toEqual([
      await store.database.row(
        'select position::int as head, (select count(*)::int from change_feed) as rows from feed_head',
      ),
    ]);
  });
});

describe('sessions side by side', () => {
  const connectors = ['north', 'south', 'west'];
  const names = Array.from({ length: 40 }, (_, index) => `shared${index}`);
  const owned = (connector: string, round: number) =>
    names
      .filter((_, index) => (index + round) % 4 !== 0 && connectors[index % 3] === connector)
      .map((name, index) =>
        thing(name, {
          relationships: [
            flowTo(names[(index * 7 + round) % names.length] ?? '', index % 2 ? 'name' : 'locator'),
            flowTo(`elsewhere${(index + round) % 5}`, 'name'),
          ],
        }),
      );
  const graph = async () => ({
    names: await store.names(),
    relationships: (await store.relationships()).map((text) => text.replaceAll('file://host::', '')),
    placeholders: [
      ...new Set((await store.placeholders()).map((name) => name.replace('file://host::', ''))),
    ].sort(),
  });

  it('that refer to each other, and remove what others refer to, end as if they came one after the other', async () => {
    const any = { maxPercent: 100, minElements: 1_000 };
    for (let round = 0; round < 4; round += 1) {
      const refresh = (connector: string) =>
        store.refresh(owned(connector, round), { connector, batchSize: 4, isUnprobed: true, removal: any });
      const reports = await Promise.all(connectors.map(refresh));
      expect(reports.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    }
    const together = await graph();
    expect(together.relationships.filter((text) => text.includes('?'))).toEqual([]);
    await store.clear();
    for (const connector of connectors) await store.refresh(owned(connector, 3), { connector });
    expect(together).toEqual(await graph());
  });
});
