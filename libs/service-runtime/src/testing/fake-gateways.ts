import {
  noCounts,
  OwnershipLostError,
  type ElementWrite,
  type Fence,
  type RunReport,
  type Unread,
} from '@idaemon/contracts';
import type { ConnectorStateStore, MetadataPort } from '@idaemon/connector-kit';
import type { RunBegin } from '@idaemon/open-metadata-client';
import type { GatewaysPort, OwnerGateway, OwnerOptions, RunSession } from '../hosting/ports.js';

export interface FakeSession {
  run: RunBegin;
  written: ElementWrite[];
  unread: Unread[];
  end?: 'committed' | 'abandoned' | 'failed';
}

/** A gateway that remembers; what fails is set by the spec. */
export class FakeGateways implements GatewaysPort {
  readonly claims: Fence[] = [];
  readonly sessions: FakeSession[] = [];
  readonly reports: RunReport[] = [];
  /** Writes that came without a valid lease; there must be none. */
  newestEpoch = 0;
  confirmed = 0;
  failure: Error | undefined;
  /** Of sessions only: claims and reports are taken. */
  refusal: Error | undefined;
  lost: Fence[] = [];
  /** Changes are no longer kept back to where a connector was. */
  hasGap = false;
  outcome: RunReport['outcome'] = 'succeeded';
  /** Of the owner that came last: its requests are repeated in vain, or answered again. */
  stall: OwnerOptions['onStall'];

  get runs(): string[] {
    return this.sessions.map(({ run, end = 'open' }) => `${run.trigger} ${run.mode} ${end}`);
  }

  open(owner: OwnerOptions): OwnerGateway {
    this.stall = owner.onStall;
    return {
      claim: async () => {
        owner.assertOwner();
        if (this.failure) throw this.failure;
        if (owner.fence.epoch < this.newestEpoch) {
          throw new OwnershipLostError('A newer claim exists', { epoch: this.newestEpoch });
        }
        this.claims.push(owner.fence);
      },
      begin: async (run) => {
        owner.assertOwner();
        if (this.failure) throw this.failure;
        if (this.refusal) throw this.refusal;
        return this.#session(run, owner);
      },
      port: () => ({
        ...noPort,
        follow: () => {
          if (this.hasGap) owner.onGap?.();
          return nothing();
        },
      }),
      state: () => noState,
    };
  }

  async confirm(_gateway: string, claims: Fence[]): Promise<Fence[]> {
    if (this.failure) throw this.failure;
    this.confirmed += claims.length;
    return this.lost;
  }

  async reportRun(_gateway: string, report: RunReport): Promise<void> {
    if (this.failure) throw this.failure;
    this.reports.push(report);
  }

  #session(run: RunBegin, owner: OwnerOptions): RunSession {
    const session: FakeSession = { run, written: [], unread: [] };
    this.sessions.push(session);
    return {
      ...noPort,
      get counts() {
        return { ...noCounts, created: session.written.length };
      },
      state: noState,
      write: async (_collection, _scope, element) => {
        owner.assertOwner();
        session.written.push(element);
      },
      complete: () => Promise.resolve(),
      unread: async (unread) => void session.unread.push(unread),
      commit: async () => {
        owner.assertOwner();
        session.end = 'committed';
        return this.#report(session, owner);
      },
      abandon: async (error) => {
        session.end = error === undefined ? 'abandoned' : 'failed';
        return error === undefined ? null : { ...this.#report(session, owner), outcome: 'failed' };
      },
    };
  }

  #report({ run, written }: FakeSession, { fence }: OwnerOptions): RunReport {
    const startedAt = run.startedAt.toISOString();
    return {
      id: run.runId,
      ...fence,
      mode: run.mode,
      trigger: run.trigger,
      outcome: this.outcome,
      startedAt,
      endedAt: startedAt,
      counts: { ...noCounts, created: written.length },
      heldRemovals: 0,
      unread: [],
      unreadCount: 0,
    };
  }
}

const noState: ConnectorStateStore = { get: () => Promise.resolve(undefined), put: () => Promise.resolve() };

const noPort: MetadataPort = {
  change: () => Promise.resolve({ result: 'unchanged', guid: null }),
  resolve: () => Promise.resolve(null),
  find: () => nothing(),
  relationships: () => nothing(),
  follow: () => nothing(),
};

async function* nothing(): AsyncGenerator<never> {
  // Nothing is found.
}
