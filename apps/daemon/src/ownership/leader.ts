import { Inject, Injectable } from '@nestjs/common';
import { Messaging } from '@idaemon/messaging';
import { Database, isUnavailable, type Sql } from '@idaemon/persistence';
import { LOG, type Log } from '@idaemon/service-runtime';
import { UnfinishedRunRepository } from '../runs/unfinished-run.repository.js';
import type { Decisions } from './decisions.js';
import { LeaderLeaseRepository } from './leader-lease.repository.js';
import { LeaderMetrics } from './leader-metrics.js';
import { LeaderRepository } from './leader.repository.js';
import { OWNERSHIP_SETTINGS, type OwnershipSettings } from './ownership-settings.js';
import { planAssignments } from './plan-assignments.js';
import { REPLICA_ID } from './replica-id.js';
import { WakeUps } from './wake-ups.js';

/**
 * Compares wanted with owned and assigns the least moves. One replica at a time leads: each look is one transaction
 * that holds the leader's lease, so that a replica that was overtaken decides nothing.
 */
@Injectable()
export class Leader {
  #isLeading = false;
  #mustListen = false;
  #hasDatabase = true;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(LeaderLeaseRepository) private readonly lease: LeaderLeaseRepository,
    @Inject(LeaderRepository) private readonly repository: LeaderRepository,
    @Inject(UnfinishedRunRepository) private readonly runs: UnfinishedRunRepository,
    @Inject(WakeUps) private readonly wakeUps: WakeUps,
    @Inject(LeaderMetrics) private readonly metrics: LeaderMetrics,
    @Inject(LOG) private readonly log: Log,
    @Inject(OWNERSHIP_SETTINGS) private readonly settings: OwnershipSettings,
    @Inject(REPLICA_ID) private readonly replica: string,
  ) {}

  get isLeading(): boolean {
    return this.#isLeading;
  }

  /** Whether the last look could ask Postgres. */
  get hasDatabase(): boolean {
    return this.#hasDatabase;
  }

  /** Looks once, and decides if this replica leads or can lead. Never throws: the next look tries again. */
  async look(): Promise<void> {
    try {
      // Without NATS it hears of nobody: whoever does shall lead.
      if (!this.messaging.isConnected) return await this.stepDown();
      const decisions = await this.#decide();
      this.#mustListen = false;
      this.#hasDatabase = true;
      if (!decisions) return this.#follow();
      this.#lead(decisions);
      // Only now: new owners need not wait for it.
      await this.#settleRuns();
    } catch (error) {
      this.#stumble(error);
    }
  }

  /** Gives the lease back at a clean stop or when cut off, so that another replica takes over at once. */
  async stepDown(): Promise<void> {
    this.#mustListen = true;
    if (!this.#isLeading) return;
    this.#follow();
    try {
      await this.lease.giveBack(this.replica);
      this.wakeUps.leader('the leader has stepped down');
    } catch (error) {
      this.log.warn({ error }, 'The lease of the leader ends by itself');
    }
  }

  async #decide(): Promise<Decisions | undefined> {
    if (!this.#isLeading && !(await this.lease.isFree(this.replica))) return undefined;
    const stop = this.metrics.time();
    const decisions = await this.database.transaction(async (sql) => {
      const { leaderLeaseMs } = this.settings;
      const leads = await this.lease.acquire(sql, this.replica, leaderLeaseMs, this.#mustListen);
      return leads ? this.#act(sql) : undefined;
    });
    stop();
    return decisions;
  }

  async #act(sql: Sql): Promise<Decisions> {
    // In this order, in one journey.
    const [dead, orphaned, overdue, facts] = await Promise.all([
      this.repository.buryDead(sql),
      this.repository.freeOrphans(sql),
      this.repository.freeOverdue(sql),
      this.repository.facts(sql),
    ]);
    const plan = planAssignments(facts.instances, facts.shards);
    const wake = await this.repository.carryOut(sql, plan);
    return { dead, orphaned, overdue, plan, facts, wake };
  }

  /** May also be done by one who has just been overtaken: what is stored says which runs cannot end. */
  async #settleRuns(): Promise<void> {
    await this.runs.settleOwnerless(this.database);
    await this.runs.cancelUnwanted(this.database);
  }

  #lead(decisions: Decisions): void {
    if (!this.#isLeading) this.log.info({ replica: this.replica }, 'This replica leads now');
    this.#isLeading = true;
    this.wakeUps.instances(decisions.wake);
    this.metrics.lead(decisions);
    this.#tell(decisions);
  }

  #tell({ dead, orphaned, overdue, plan }: Decisions): void {
    const changes = { orphaned, overdue, assigned: plan.assign.length, takenBack: plan.takeBack.length };
    if (dead.length > 0) this.log.warn({ instances: dead, orphaned }, 'Instances were not heard of any more');
    if (Object.values(changes).some((count) => count > 0)) this.log.info(changes, 'Ownership has changed');
  }

  #follow(): void {
    if (this.#isLeading) this.log.info({ replica: this.replica }, 'This replica leads no more');
    this.#isLeading = false;
    this.metrics.follow();
  }

  #stumble(error: unknown): void {
    this.#mustListen = true;
    this.#hasDatabase = !isUnavailable(error);
    if (!this.#hasDatabase) this.log.warn({ error }, 'Ownership waits for Postgres');
    else this.log.error({ error }, 'Ownership could not be looked at; it is tried again');
  }
}
