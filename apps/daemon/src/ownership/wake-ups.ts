import { Inject, Injectable } from '@nestjs/common';
import { events } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { Database } from '@idaemon/persistence';

/** Tells others to look again, once what they shall see is committed. A wake-up that is lost costs a second at most. */
@Injectable()
export class WakeUps {
  constructor(
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(Database) private readonly database: Database,
  ) {}

  /** Something that the leader looks at has changed: a connector, its wanted state, an instance. */
  leader(reason: string): void {
    this.messaging.publish(events.daemonWake, {}, { reason });
  }

  /** The assignments of these instances have changed. */
  instances(ids: Iterable<string>): void {
    for (const instance of new Set(ids)) this.messaging.publish(events.instanceWake, { instance }, {});
  }

  /** Configuration, wanted state or requested runs of these connectors have changed: their owners and the leader look. */
  async connectors(names: readonly string[], reason: string): Promise<void> {
    this.leader(reason);
    const owners = await this.database.rows<{ instance_id: string }>(
      'select distinct instance_id from ownership where connector = any ($1) and instance_id is not null',
      [names],
    );
    this.instances(owners.map(({ instance_id }) => instance_id));
  }
}
