import { randomUUID } from 'node:crypto';
import { noCounts, RequestError, type RunReport } from '@idaemon/contracts';
import { expect, it } from 'vitest';
import { FakeClock, settled } from '../testing/fake-clock.js';
import { FakeGateways } from '../testing/fake-gateways.js';
import { RunReports } from './run-reports.js';

const report = (): RunReport => ({
  id: randomUUID(),
  connector: 'shop',
  shard: 0,
  epoch: 1,
  mode: 'refresh',
  trigger: 'schedule',
  outcome: 'failed',
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:01.000Z',
  counts: noCounts,
  heldRemovals: 0,
  unread: [],
  unreadCount: 0,
});

function reportsOf() {
  const clock = new FakeClock();
  const gateways = new FakeGateways();
  const dropped: RunReport[] = [];
  const { signal } = new AbortController();
  const reports = new RunReports({ gateways, clock, signal, onDropped: (one) => dropped.push(one) });
  return { clock, gateways, dropped, reports };
}

it('arrive in their order', async () => {
  const { gateways, reports } = reportsOf();
  const all = [report(), report(), report()];
  for (const one of all) reports.add('default', one);
  await reports.sent();
  expect(gateways.reports).toEqual(all);
});

it('wait for a gateway that is away', async () => {
  const { clock, gateways, reports } = reportsOf();
  gateways.failure = new Error('away');
  const one = report();
  reports.add('default', one);
  await clock.pass(600_000);
  gateways.failure = undefined;
  await clock.pass(20_000);
  expect(gateways.reports).toEqual([one]);
});

it('are dropped, the oldest first, rather than kept without bound', async () => {
  const { clock, gateways, dropped, reports } = reportsOf();
  gateways.failure = new Error('away');
  const first = report();
  reports.add('default', first);
  for (let count = 0; count < 1_000; count += 1) reports.add('default', report());
  await settled();
  expect(dropped).toEqual([first]);
  gateways.failure = undefined;
  await clock.pass(20_000);
  expect(gateways.reports).toHaveLength(1_000);
});

it('that are refused do not keep those behind them', async () => {
  const { clock, gateways, dropped, reports } = reportsOf();
  const [refused, next] = [report(), report()];
  gateways.failure = new RequestError('The report is not valid');
  reports.add('default', refused);
  await settled();
  gateways.failure = undefined;
  reports.add('default', next);
  await clock.pass(1_000);
  expect(dropped).toEqual([refused]);
  expect(gateways.reports).toEqual([next]);
});
