import { randomUUID } from 'node:crypto';

/** Which replica of which gateway this process is. */
export class GatewayIdentity {
  /** New with each start: what a former process held is gone with it. */
  readonly replica = randomUUID();

  constructor(readonly gateway: string) {}
}
