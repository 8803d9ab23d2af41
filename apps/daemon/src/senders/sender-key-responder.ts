import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { daemonMessages } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { SenderRepository } from './sender.repository.js';

/** Tells the intake the keys of senders; all replicas share the requests. */
@Injectable()
export class SenderKeyResponder implements OnApplicationBootstrap {
  constructor(
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(SenderRepository) private readonly senders: SenderRepository,
  ) {}

  /** Until the connection to NATS closes with the process. */
  onApplicationBootstrap(): void {
    this.messaging.respond(daemonMessages.senderKeys, {}, ({ cursor }) => this.senders.keys(cursor), {
      queue: 'daemon',
    });
  }
}
