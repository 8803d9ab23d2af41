import type { Shard } from '@idaemon/connector-kit';
import { describe, expect, it } from 'vitest';
import { assignmentOf } from '../testing/fake-daemon.js';
import { configurationOf, testConnector, testHost, type TestHost } from '../testing/test-host.js';

const files = Array.from({ length: 30 }, (_, index) => `file ${index}`);
const shareOf = ({ index, count }: Shard) => files.filter((_, position) => position % count === index);

/** A connector in three parts, of which a host runs these. */
function sharded(...shards: number[]): TestHost & { given: Shard[] } {
  const given: Shard[] = [];
  const connector = testConnector({
    shards: 3,
    connect: async ({ shard }) => void given.push(shard),
    refresh: async ({ shard, metadata }) => {
      const elements = shareOf(shard).map((qualifiedName) => ({ qualifiedName }));
      await metadata.dataFiles.sync(elements);
    },
  });
  const t = testHost([connector]);
  t.daemon.configure(configurationOf());
  t.daemon.assign(...shards.map((shard) => assignmentOf('landing', { shard, epoch: shard + 1 })));
  t.host.start();
  return { ...t, given };
}

describe('a connector with several shards', () => {
  it('claims, connects and refreshes each of them for itself, with its share of the work', async () => {
    const t = sharded(0, 2);
    await t.clock.pass(500);
    expect(t.gateways.claims).toEqual([
      { connector: 'landing', shard: 0, epoch: 1 },
      { connector: 'landing', shard: 2, epoch: 3 },
    ]);
    expect(t.given).toEqual([
      { index: 0, count: 3 },
      { index: 2, count: 3 },
    ]);
    const written = t.gateways.sessions.map(({ written: some }) => some.map((one) => one.qualifiedName));
    expect(written).toEqual([shareOf({ index: 0, count: 3 }), shareOf({ index: 2, count: 3 })]);
  });

  it('covers everything once when its shards are spread over two instances', async () => {
    const both = [sharded(0, 2), sharded(1)];
    for (const { clock } of both) await clock.pass(500);
    const written = both.flatMap(({ gateways }) => gateways.sessions.flatMap((session) => session.written));
    expect(written.map(({ qualifiedName }) => qualifiedName).sort()).toEqual([...files].sort());
  });

  it('gives one shard away and goes on with the others', async () => {
    const t = sharded(0, 1, 2);
    await t.clock.pass(500);
    t.daemon.assign(assignmentOf('landing', { shard: 0 }), assignmentOf('landing', { shard: 2, epoch: 3 }));
    await t.clock.pass(2_000);
    expect(t.daemon.released).toEqual([{ connector: 'landing', shard: 1, epoch: 2 }]);
    expect(t.host.fleet.owned.map(({ shard }) => shard)).toEqual([0, 2]);
    expect([...t.host.states]).toEqual([['running', 2]]);
  });
});
