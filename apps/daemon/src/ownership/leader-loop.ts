import { Inject, Injectable } from '@nestjs/common';
import { events } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { DaemonResponder } from './daemon-responder.js';
import { Leader } from './leader.js';
import { OWNERSHIP_SETTINGS, type OwnershipSettings } from './ownership-settings.js';
import { WakeableWait } from './wakeable-wait.js';

/** Looks at ownership at each wake-up and each interval; gives the lease back at the end. */
@Injectable()
export class LeaderLoop {
  constructor(
    @Inject(Leader) private readonly leader: Leader,
    @Inject(DaemonResponder) private readonly responder: DaemonResponder,
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(OWNERSHIP_SETTINGS) private readonly settings: OwnershipSettings,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const wait = new WakeableWait(signal);
    const listening = this.messaging.subscribe(events.daemonWake, {}, () => wait.wake());
    while (!signal.aborted) {
      await this.leader.look();
      this.responder.answerWhile(this.leader.hasDatabase);
      await wait.for(this.settings.intervalMs);
    }
    listening.unsubscribe();
    this.responder.answerWhile(false);
    await this.leader.stepDown();
  }
}
