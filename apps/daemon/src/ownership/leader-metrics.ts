import { Inject, Injectable } from '@nestjs/common';
import type { Metrics } from '@idaemon/metrics';
import { METRICS } from '@idaemon/service-runtime';
import type { Decisions } from './decisions.js';

/** What the leader counts. Gauges of the whole system are shown by the leader only. */
@Injectable()
export class LeaderMetrics {
  constructor(@Inject(METRICS) private readonly metrics: Metrics) {}

  time(): () => void {
    return this.metrics.daemonTickDuration.startTimer();
  }

  follow(): void {
    this.metrics.daemonIsLeader.set(0);
    this.metrics.daemonInstances.reset();
    this.metrics.daemonConnectors.reset();
  }

  lead({ facts, plan, orphaned, overdue }: Decisions): void {
    this.metrics.daemonIsLeader.set(1);
    this.metrics.daemonInstances.reset();
    for (const { service, condition } of facts.instances) {
      this.metrics.daemonInstances.inc({ service, condition });
    }
    this.#connectors(facts.shards, plan.assign.length > 0 ? plan.assign : []);
    this.metrics.daemonMoves.inc({ change: 'assigned' }, plan.assign.length);
    this.metrics.daemonMoves.inc({ change: 'taken-back' }, plan.takeBack.length);
    this.metrics.daemonMoves.inc({ change: 'orphaned' }, orphaned);
    this.metrics.daemonMoves.inc({ change: 'overdue' }, overdue);
  }

  #connectors(shards: Decisions['facts']['shards'], assigned: Decisions['plan']['assign']): void {
    const given = new Set(assigned.map(({ connector, shard }) => `${connector}/${shard}`));
    const counts = new Map<string, number>();
    for (const { connector, shard, service, isWanted, owner, isLeaving } of shards) {
      if (!isWanted) continue;
      const isOwned = owner !== null || given.has(`${connector}/${shard}`);
      const key = `${service} ${isLeaving ? 'leaving' : isOwned ? 'owned' : 'unassigned'}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    this.metrics.daemonConnectors.reset();
    for (const [key, count] of counts) {
      const [service = '', ownership = ''] = key.split(' ');
      this.metrics.daemonConnectors.set({ service, ownership }, count);
    }
  }
}
