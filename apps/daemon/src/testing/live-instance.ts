import { daemonMessages, events } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { WakeableWait } from '../ownership/wakeable-wait.js';
import { InstanceStandIn } from './instance-stand-in.js';

const heartbeatEveryMs = 1_500;

/** For specs: a stand-in that reports over NATS by itself, as instances do. */
export class LiveInstance {
  readonly standIn = new InstanceStandIn();
  readonly #ending = new AbortController();
  readonly #loop: Promise<void>;

  private constructor(private readonly messaging: Messaging) {
    this.#loop = this.#run(this.#ending.signal);
  }

  static async start(natsUrl: string): Promise<LiveInstance> {
    return new LiveInstance(await Messaging.connect({ url: natsUrl, name: 'files-integrator' }));
  }

  get connectors(): string[] {
    return this.standIn.connectors;
  }

  /** Nothing is said any more. */
  async kill(): Promise<void> {
    this.#ending.abort();
    await this.messaging.close();
    await this.#loop;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const wait = new WakeableWait(signal);
    this.messaging.subscribe(events.instanceWake, { instance: this.standIn.id }, () => wait.wake());
    while (!signal.aborted) {
      await this.#report(signal).catch(() => undefined);
      await wait.for(heartbeatEveryMs);
    }
  }

  async #report(signal: AbortSignal): Promise<void> {
    const before = this.standIn.connectors.join();
    await this.standIn.beat((heartbeat) =>
      this.messaging.request(daemonMessages.heartbeat, {}, heartbeat, { signal }),
    );
    const released = this.standIn.takeStopped();
    const payload = { instanceId: this.standIn.id, released };
    if (released.length > 0) await this.messaging.request(daemonMessages.release, {}, payload, { signal });
    if (before !== this.standIn.connectors.join()) await this.#report(signal);
  }
}
