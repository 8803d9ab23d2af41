import { describe, expect, it } from 'vitest';
import { ConnectorConfiguration, errorCodes, type ConnectorStatus } from '@idaemon/contracts';
import { explainConnector } from './explain.js';

const now = new Date('2026-01-01T12:00:00Z');
const connector = {
  ...ConnectorConfiguration.parse({
    name: 'landing',
    service: 'files-integrator',
    connector: 'folder',
    schedule: { every: '10m' },
  }),
  revision: 3,
};
const status: ConnectorStatus = {
  name: 'landing',
  wanted: 'running',
  state: 'running',
  since: '2026-01-01T11:00:00Z',
  owner: 'files-integrator-1',
  epoch: 2,
  currentRun: null,
  lastRun: null,
  lastPlan: null,
  nextRefreshAt: '2026-01-01T12:05:00Z',
  nextTryAt: null,
  error: null,
};

describe('explain', () => {
  it('says what a healthy connector does, how it is and when it refreshes next', () => {
    const text = explainConnector(connector, status, now).join('\n');
    expect(text).toContain('landing is a connector of the kind folder, run by the files-integrator');
    expect(text).toContain('every 10m');
    expect(text).toContain('It is running on files-integrator-1');
    expect(text).toContain('it refreshes in 5m');
  });

  it('gives a person the next step of an error that does not heal by itself', () => {
    const error = {
      code: 'not-authorized' as const,
      message: 'Postgres refused the user reader',
      action: 'Check the password.',
    };
    const lines = explainConnector(connector, { ...status, state: 'failed', error }, now);
    expect(lines.at(-1)).toBe('Next: Check the password. Then `idaemon restart landing`.');
  });

  it('says when it tries again while something is away', () => {
    const error = {
      code: 'system-unavailable' as const,
      message: 'Postgres is unavailable',
      action: errorCodes['system-unavailable'].action,
    };
    const waiting = { ...status, state: 'waiting' as const, nextTryAt: '2026-01-01T12:00:20Z' };
    const lines = explainConnector(connector, { ...waiting, error }, now);
    expect(lines.at(-1)).toBe('Next: it tries again in 20s.');
    const full = { ...error, action: 'Free space on the disk of Postgres.' };
    const next = explainConnector(connector, { ...waiting, error: full }, now).at(-1);
    expect(next).toBe('Next: it tries again in 20s. Free space on the disk of Postgres.');
  });

  it('gives the next step of a connector that nobody runs', () => {
    const error = {
      code: 'system-unavailable' as const,
      message: 'No instance is running',
      action: 'Start files-integrator.',
    };
    const lines = explainConnector(connector, { ...status, state: 'unassigned', owner: null, error }, now);
    expect(lines.at(-1)).toBe('Next: Start files-integrator.');
  });

  it('leads to what a partial run left out', () => {
    const lastRun = {
      id: '7b1f6a3e-8a63-4c65-9d1c-0a4d3fdb8c11',
      trigger: 'schedule' as const,
      outcome: 'partial' as const,
      startedAt: '2026-01-01T11:59:00Z',
      endedAt: '2026-01-01T11:59:10Z',
      counts: { created: 0, updated: 0, removed: 0, unchanged: 0, failed: 10 },
    };
    const next = explainConnector(connector, { ...status, lastRun }, now).at(-1);
    expect(next).toContain(`idaemon runs landing ${lastRun.id}`);
    expect(next).toContain('idaemon get dead-letters');
  });

  it('leads to the removals that wait for approval', () => {
    const counts = { created: 0, updated: 0, removed: 0, unchanged: 0, failed: 0 };
    const lastRun = {
      id: '7b1f6a3e-8a63-4c65-9d1c-0a4d3fdb8c11',
      trigger: 'schedule' as const,
      outcome: 'waiting-for-approval' as const,
      startedAt: '2026-01-01T11:59:00Z',
      endedAt: '2026-01-01T11:59:10Z',
      counts,
    };
    expect(explainConnector(connector, { ...status, lastRun }, now).at(-1)).toContain(
      `idaemon runs landing ${lastRun.id}`,
    );
  });
});
