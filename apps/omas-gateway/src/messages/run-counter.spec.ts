import { describe, expect, it } from 'vitest';
import { RunReport } from '@idaemon/contracts';
import { createMetrics } from '@idaemon/metrics';
import { RunCounter } from './run-counter.js';

function report(id: string, more: Partial<RunReport> = {}): RunReport {
  return RunReport.parse({
    id,
    connector: 'landing-zone',
    epoch: 1,
    mode: 'refresh',
    trigger: 'schedule',
    outcome: 'succeeded',
    startedAt: '2026-01-01T00:00:00Z',
    endedAt: '2026-01-01T00:00:01Z',
    counts: { created: 2, updated: 0, removed: 0, unchanged: 5, failed: 0 },
    ...more,
  });
}

describe('the counter of runs', () => {
  it('counts a run and its changes once, however often its report is asked for', async () => {
    const metrics = createMetrics('omas-gateway');
    const counter = new RunCounter(metrics);
    const first = report('11111111-1111-4111-8111-111111111111');
    counter.count(first);
    counter.count(first);
    counter.count(report('22222222-2222-4222-8222-222222222222', { mode: 'plan' }));
    const text = await metrics.render();
    expect(text).toContain('idaemon_gateway_runs_total{outcome="succeeded",app="omas-gateway"} 2');
    expect(text).toContain('idaemon_gateway_element_changes_total{change="created",app="omas-gateway"} 2');
    expect(text).toContain('idaemon_gateway_element_changes_total{change="unchanged",app="omas-gateway"} 5');
  });
});
