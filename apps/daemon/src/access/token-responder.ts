import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { daemonMessages } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { Tokens } from './tokens.js';

/** Tells other processes of ours whose token a request of theirs carries; all replicas share the requests. */
@Injectable()
export class TokenResponder implements OnApplicationBootstrap {
  constructor(
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(Tokens) private readonly tokens: Tokens,
  ) {}

  /** Until the connection to NATS closes with the process. */
  onApplicationBootstrap(): void {
    this.messaging.respond(
      daemonMessages.tokenOwner,
      {},
      async ({ hash }) => ({ owner: (await this.tokens.principalOfHash(Buffer.from(hash, 'hex'))) ?? null }),
      { queue: 'daemon' },
    );
  }
}
