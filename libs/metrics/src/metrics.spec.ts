import { describe, expect, it } from 'vitest';
import { createMetrics, metricTable, type MetricRow } from './index.js';

const rows = Object.values<MetricRow>(metricTable);
/** A base unit, or a plain count of things, ends the name; what follows is never milliseconds, minutes or kilobytes. */
const wrongUnit = /_(ms|millis|milliseconds|minutes|hours|days|kb|mb|kib|mib|percent)(_total)?$/;
/** Would grow with what is catalogued. */
const unbounded = [
  'connector',
  'element',
  'guid',
  'subject',
  'qualifiedName',
  'runId',
  'session',
  'instance',
];

describe('the table of metrics', () => {
  it('names each metric once, by the conventions of Prometheus', () => {
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
    for (const row of rows) {
      expect(row.name).toMatch(/^idaemon_[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      expect(row.name).not.toMatch(wrongUnit);
      expect(row.name.endsWith('_total'), `${row.name} is a ${row.type}`).toBe(row.type === 'counter');
      expect(row.help, row.name).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('has no label that grows with what is catalogued', () => {
    for (const row of rows) expect(row.labels.filter((label) => unbounded.includes(label))).toEqual([]);
  });
});

describe('createMetrics', () => {
  it('renders a metric with the app and its labels once it is used', async () => {
    const metrics = createMetrics('omas-gateway');
    expect(await metrics.render()).not.toContain('idaemon_gateway_batches_total');
    metrics.gatewayBatches.inc(3);
    metrics.gatewayRuns.inc({ outcome: 'succeeded' });
    const text = await metrics.render();
    expect(text).toContain('idaemon_gateway_batches_total{app="omas-gateway"} 3');
    expect(text).toContain('idaemon_gateway_runs_total{outcome="succeeded",app="omas-gateway"} 1');
  });

  it('includes the metrics of the process', async () => {
    expect(await createMetrics('daemon').render()).toContain('process_cpu_user_seconds_total{app="daemon"}');
  });

  it('reads gauges before it renders, and keeps the last value when reading fails', async () => {
    const metrics = createMetrics('omas-gateway');
    let read = () => metrics.gatewayFeedPosition.set(7);
    metrics.beforeRender(() => read());
    expect(await metrics.render()).toContain('idaemon_gateway_feed_position{app="omas-gateway"} 7');
    read = () => {
      throw new Error('Postgres is away');
    };
    expect(await metrics.render()).toContain('idaemon_gateway_feed_position{app="omas-gateway"} 7');
  });

  it('keeps two processes of one test apart', async () => {
    const [one, other] = [createMetrics('daemon'), createMetrics('daemon')];
    one.gatewaySessions.set(1);
    expect(await other.render()).not.toContain('idaemon_gateway_sessions');
  });
});
