import type { ConnectorState } from '@idaemon/contracts';

/** What happens to a connector instance. */
export type LifecycleEvent =
  /** It is connected (again), e.g. after a back-off, a new configuration or a resume. */
  | 'start'
  /** It is connected. */
  | 'started'
  /** Something failed that may heal. */
  | 'will-retry'
  /** What had failed works again, without a new start. */
  | 'recovered'
  /** Something failed that only a person can mend. */
  | 'needs-person'
  | 'pause'
  | 'stop'
  /** Its code goes on after it was told to stop. */
  | 'ignores-abort';

type Transitions = Partial<Record<LifecycleEvent, ConnectorState>>;

const anytime = { pause: 'paused', stop: 'stopped', 'ignores-abort': 'stuck' } as const;
const failures = { 'will-retry': 'waiting', 'needs-person': 'failed' } as const;

/** Every transition of a connector instance; what is not here is a bug. */
export const transitions: Record<ConnectorState, Transitions> = {
  unassigned: { ...anytime, start: 'starting' },
  starting: { ...anytime, ...failures, started: 'running', start: 'starting' },
  running: { ...anytime, ...failures, start: 'starting', recovered: 'running' },
  waiting: { ...anytime, ...failures, recovered: 'running', start: 'starting' },
  paused: { ...anytime, start: 'starting' },
  stopped: { ...anytime, start: 'starting' },
  failed: { ...anytime, start: 'starting' },
  /** Its process ends; only code that obeys late after all leaves this state. */
  stuck: { stop: 'stopped', 'ignores-abort': 'stuck' },
};

export function nextState(state: ConnectorState, event: LifecycleEvent): ConnectorState {
  const next = transitions[state][event];
  if (!next) throw new Error(`A connector that is ${state} cannot ${event}`);
  return next;
}
