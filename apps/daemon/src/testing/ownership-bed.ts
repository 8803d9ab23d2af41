import type { ConnectorStatus, Fence, HeartbeatReply, WantedState } from '@idaemon/contracts';
import type { Type } from '@nestjs/common';
import type { Database } from '@idaemon/persistence';
import { freshDatabase, natsUrl } from '../../../../tools/launcher/testing.mjs';
import { ConnectorStatusRepository } from '../ownership/connector-status.repository.js';
import { Heartbeats } from '../ownership/heartbeats.js';
import { Leader } from '../ownership/leader.js';
import { addConnectors, connectorNames } from './connector-rows.js';
import { startDaemonReplica, type DaemonReplica } from './daemon-replica.js';
import { InstanceStandIn } from './instance-stand-in.js';

/** For specs of ownership: a daemon whose steps the spec takes, and a clock of the database that the spec moves. */
export class OwnershipBed {
  private constructor(
    private readonly urls: { postgresUrl: string; natsUrl: string },
    private readonly drop: () => Promise<void>,
    public daemon: DaemonReplica,
    private readonly problems: unknown[],
  ) {}

  /** On a database of its own, for one test. */
  static async fresh(): Promise<OwnershipBed> {
    const { url: postgresUrl, drop } = await freshDatabase();
    const urls = { postgresUrl, natsUrl: natsUrl() };
    const problems: unknown[] = [];
    return new OwnershipBed(urls, drop, await replicaOf(urls, problems), problems);
  }

  get database(): Database {
    return this.daemon.database;
  }

  get heartbeats(): Heartbeats {
    return this.get(Heartbeats);
  }

  get<T>(token: Type<T>): T {
    return this.daemon.get(token);
  }

  /** Another replica of the daemon on the same database. */
  replica(): Promise<DaemonReplica> {
    return replicaOf(this.urls, this.problems);
  }

  async restartDaemon(): Promise<void> {
    await this.daemon.stop();
    this.daemon = await this.replica();
  }

  async close(): Promise<void> {
    await this.daemon.stop();
    await this.drop();
  }

  /** The leader looks once. */
  async look(by = this.daemon): Promise<void> {
    await by.get(Leader).look();
    const [problem] = this.problems;
    if (problem) throw new Error('The leader stumbled', { cause: problem });
  }

  beat(instance: InstanceStandIn, by = this.daemon): Promise<HeartbeatReply> {
    return instance.beat((heartbeat) => by.get(Heartbeats).beat(heartbeat));
  }

  async letGo(instance: InstanceStandIn): Promise<Fence[]> {
    const released = instance.takeStopped();
    await this.heartbeats.release(instance.id, released);
    return released;
  }

  /** Everyone reports, lets go and is told, until nobody has anything to do; answers what had to stop. */
  async settle(instances: readonly InstanceStandIn[]): Promise<Fence[]> {
    const released: Fence[] = [];
    for (let round = 0; round < 4; round += 1) {
      for (const instance of instances) {
        await this.beat(instance);
        released.push(...(await this.letGo(instance)));
      }
      await this.look();
    }
    return released;
  }

  /** The clock of the database goes on: everything that is stored becomes older. */
  async pass(seconds: number): Promise<void> {
    const older = `- interval '${seconds} seconds'`;
    await this.database.rows(`update instance set last_seen_at = last_seen_at ${older}`);
    await this.database.rows(`update leader_lease set acquired_at = acquired_at ${older},
      listening_since = listening_since ${older}, lease_until = lease_until ${older}`);
    await this.database.rows(`update ownership set assigned_at = assigned_at ${older},
      revoked_at = revoked_at ${older}, freed_at = freed_at ${older}`);
    await this.database.rows(`update connector_status set reported_at = reported_at ${older}`);
    await this.database.rows(`update connector set wanted_since = wanted_since ${older}`);
    await this.database.rows(`update run set seen_at = seen_at ${older}`);
  }

  /** Time goes on second by second: those who live report, the leader looks. */
  async live(seconds: number, instances: readonly InstanceStandIn[], by = this.daemon): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await this.pass(1);
      for (const instance of instances) await this.beat(instance, by);
      await this.look(by);
    }
  }

  async want(name: string, wanted: WantedState): Promise<void> {
    await this.database.rows(
      'update connector set wanted_state = $2, wanted_since = clock_timestamp() where name = $1',
      [name, wanted],
    );
  }

  async status(name: string): Promise<ConnectorStatus> {
    const found = await this.get(ConnectorStatusRepository).get(name);
    if (!found) throw new Error(`There is no ${name}`);
    return found;
  }

  async twoWithTwenty(): Promise<[InstanceStandIn, InstanceStandIn]> {
    const [a, b] = [new InstanceStandIn(), new InstanceStandIn()];
    await addConnectors(this.database, connectorNames(20));
    await this.beat(a);
    await this.beat(b);
    await this.look();
    await this.settle([a, b]);
    return [a, b];
  }

  async oneWith(...names: string[]): Promise<InstanceStandIn> {
    const instance = new InstanceStandIn();
    await addConnectors(this.database, names);
    await this.beat(instance);
    await this.look();
    await this.settle([instance]);
    return instance;
  }
}

export function epochsOf(instance: InstanceStandIn): number[] {
  return [...instance.owned.values()].map(({ epoch }) => epoch);
}

function replicaOf(
  urls: { postgresUrl: string; natsUrl: string },
  problems: unknown[],
): Promise<DaemonReplica> {
  const onLog = (level: string, ...line: unknown[]) => {
    if (level === 'error') problems.push(line);
  };
  return startDaemonReplica({ ...urls, hasLoops: false, onLog });
}
