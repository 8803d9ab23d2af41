import { ConnectorState } from '@idaemon/contracts';
import { describe, expect, it } from 'vitest';
import { nextState, transitions, type LifecycleEvent } from './connector-lifecycle.js';

const edges: [ConnectorState, LifecycleEvent, ConnectorState][] = [
  ['unassigned', 'start', 'starting'],
  ['unassigned', 'pause', 'paused'],
  ['unassigned', 'stop', 'stopped'],
  ['unassigned', 'ignores-abort', 'stuck'],
  ['starting', 'started', 'running'],
  ['starting', 'start', 'starting'],
  ['starting', 'will-retry', 'waiting'],
  ['starting', 'needs-person', 'failed'],
  ['starting', 'pause', 'paused'],
  ['starting', 'stop', 'stopped'],
  ['starting', 'ignores-abort', 'stuck'],
  ['running', 'start', 'starting'],
  ['running', 'recovered', 'running'],
  ['running', 'will-retry', 'waiting'],
  ['running', 'needs-person', 'failed'],
  ['running', 'pause', 'paused'],
  ['running', 'stop', 'stopped'],
  ['running', 'ignores-abort', 'stuck'],
  ['waiting', 'start', 'starting'],
  ['waiting', 'recovered', 'running'],
  ['waiting', 'will-retry', 'waiting'],
  ['waiting', 'needs-person', 'failed'],
  ['waiting', 'pause', 'paused'],
  ['waiting', 'stop', 'stopped'],
  ['waiting', 'ignores-abort', 'stuck'],
  ['paused', 'start', 'starting'],
  ['paused', 'pause', 'paused'],
  ['paused', 'stop', 'stopped'],
  ['paused', 'ignores-abort', 'stuck'],
  ['stopped', 'start', 'starting'],
  ['stopped', 'pause', 'paused'],
  ['stopped', 'stop', 'stopped'],
  ['stopped', 'ignores-abort', 'stuck'],
  ['failed', 'start', 'starting'],
  ['failed', 'pause', 'paused'],
  ['failed', 'stop', 'stopped'],
  ['failed', 'ignores-abort', 'stuck'],
  ['stuck', 'stop', 'stopped'],
  ['stuck', 'ignores-abort', 'stuck'],
];

describe('the life of a connector', () => {
  it.each(edges)('goes from %s by %s to %s', (from, event, to) => {
    expect(nextState(from, event)).toBe(to);
  });

  it('has no other edges', () => {
    const all = ConnectorState.options.flatMap((from) =>
      Object.entries(transitions[from]).map(([event, to]) => `${from} ${event} ${to}`),
    );
    expect(all.sort()).toEqual(edges.map((edge) => edge.join(' ')).sort());
  });

  it('calls anything else a bug', () => {
    expect(() => nextState('stuck', 'start')).toThrow('A connector that is stuck cannot start');
  });
});
