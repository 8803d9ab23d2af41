import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@idaemon/persistence';
import { pause, SHUTDOWN, systemClock, type Clock } from '@idaemon/service-runtime';

/** How long what was read of the instances counts. */
const freshMs = 1_000;
/** An address that could not be reached is asked last for as long as a lease takes to run out. */
const avoidedMs = 6_000;
const lookAgainMs = 200;

export interface LineageInstancesOptions {
  read: () => Promise<string[]>;
  clock: Clock;
  shutdown: AbortSignal;
}

/** Where lineage instances live, by what they last reported. With Postgres away: where they lived. */
export class LineageInstances {
  #known: string[] = [];
  #readAtMs = -Infinity;
  #reading: Promise<void> | undefined;
  readonly #unreachable = new Map<string, number>();
  #turn = 0;

  constructor(private readonly options: LineageInstancesOptions) {}

  /** In turn, those that could not be reached a moment ago last; empty when none lives. */
  async addresses(): Promise<string[]> {
    if (this.#nowMs() - this.#readAtMs >= freshMs) await this.#read();
    const from = this.#turn++ % Math.max(this.#known.length, 1);
    const inTurn = [...this.#known.slice(from), ...this.#known.slice(0, from)];
    return [
      ...inTurn.filter((address) => !this.#isAvoided(address)),
      ...inTurn.filter((address) => this.#isAvoided(address)),
    ];
  }

  /** Tells that nothing answered there. */
  avoid(address: string): void {
    this.#unreachable.set(address, this.#nowMs());
    this.#readAtMs = -Infinity;
  }

  /** A moment later there may be others. */
  async pause(): Promise<void> {
    await pause(this.options.clock, lookAgainMs, this.options.shutdown);
  }

  #nowMs(): number {
    return this.options.clock.monotonicMs();
  }

  #isAvoided(address: string): boolean {
    const since = this.#unreachable.get(address);
    if (since === undefined) return false;
    if (this.#nowMs() - since < avoidedMs) return true;
    this.#unreachable.delete(address);
    return false;
  }

  /** Requests that come together share one look. */
  async #read(): Promise<void> {
    this.#reading ??= this.options
      .read()
      .then((addresses) => void (this.#known = addresses))
      .catch(() => undefined)
      .finally(() => {
        this.#reading = undefined;
        this.#readAtMs = this.#nowMs();
      });
    await this.#reading;
  }
}

const livingSql = `
  select address from instance
  where service = 'lineage-integrator' and is_registered and not is_draining
    and last_seen_at + lease_ms * interval '1 millisecond' > clock_timestamp()
  order by id`;

/** Those that the daemon's tables name. */
@Injectable()
export class RegisteredLineageInstances extends LineageInstances {
  constructor(@Inject(Database) database: Database, @Inject(SHUTDOWN) shutdown: AbortSignal) {
    super({
      read: async () => (await database.rows<{ address: string }>(livingSql)).map(({ address }) => address),
      clock: systemClock,
      shutdown,
    });
  }
}
