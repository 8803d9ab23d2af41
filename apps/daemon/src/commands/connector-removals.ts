import { setTimeout as wait } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { events, gatewayMessages, toWireError } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { Database, type Sql } from '@idaemon/persistence';
import { LOG, type Log } from '@idaemon/service-runtime';
import { RemovalRunRepository } from '../runs/removal-run.repository.js';

interface Removal {
  name: string;
  gateway: string;
  elements: 'keep' | 'remove';
  requestedBy: string;
  runId: string | null;
}

const lookEveryMs = 1_000;
/** About a second of a gateway's work. */
const elementsPerStep = 2_000;

/**
 * Ends what DELETE began: once the owner of a deleted connector has let go, its gateway forgets the connector (and
 * removes its elements, if asked, step by step), then its name is free. Any replica takes the next step; what fails is
 * tried again for ever.
 */
@Injectable()
export class ConnectorRemovals implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #ending = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(RemovalRunRepository) private readonly runs: RemovalRunRepository,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.#loop = this.#run(this.#ending.signal);
  }

  /** While the database is still open. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#ending.abort();
    await this.#loop;
  }

  /** Does all that can be done now. */
  async finishAll(signal = this.#ending.signal): Promise<void> {
    while (!signal.aborted && (await this.database.transaction((sql) => this.#stepOn(sql, signal))));
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.finishAll(signal).catch((error: unknown) =>
        this.log.warn({ error }, 'Deleted connectors wait'),
      );
      await wait(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** The row stays locked meanwhile, so that two replicas don't do the same. */
  async #stepOn(sql: Sql, signal: AbortSignal): Promise<boolean> {
    const removal = await sql.row<Removal>(
      `select name, gateway, elements, requested_by as "requestedBy", run_id as "runId"
        from connector_removal r
        where next_try_at <= now() and not exists (
          select 1 from ownership o where o.connector = r.name and o.instance_id is not null)
        order by next_try_at limit 1 for update skip locked`,
    );
    if (!removal) return false;
    try {
      await this.#step(sql, removal, signal);
    } catch (error) {
      if (signal.aborted) return false;
      await this.#postpone(sql, removal, error);
    }
    return true;
  }

  async #step(sql: Sql, removal: Removal, signal: AbortSignal): Promise<void> {
    const { name, gateway, elements, requestedBy, runId } = removal;
    const { removed, isDone } = await this.messaging.request(
      gatewayMessages.removeConnector,
      { gateway },
      {
        connector: name,
        elements,
        changedBy: requestedBy,
        runId: runId ?? undefined,
        limit: elementsPerStep,
      },
      { signal },
    );
    if (!isDone) return this.#goOn(sql, removal, removed);
    if (runId) {
      const inAll = await this.#recorded(gateway, runId, signal);
      await this.runs.end(sql, runId, { removed, inAll });
    }
    await this.#forget(sql, name);
    this.log.info({ connector: name, run: runId }, 'A deleted connector is gone from its gateway');
  }

  /** Others take their turn before the next step. */
  async #goOn(sql: Sql, { name, runId }: Removal, removed: number): Promise<void> {
    await sql.rows(
      `update connector_removal set attempts = 0, error = null, next_try_at = clock_timestamp() where name = $1`,
      [name],
    );
    if (runId) await this.runs.goOn(sql, runId, removed);
  }

  async #recorded(gateway: string, runId: string, signal: AbortSignal): Promise<number> {
    const query = { runId, change: 'removed' as const, pageSize: 1 };
    const { total } = await this.messaging.request(gatewayMessages.runDifferences, { gateway }, query, {
      signal,
    });
    return total;
  }

  async #forget(sql: Sql, name: string): Promise<void> {
    await sql.rows('delete from connector_removal where name = $1', [name]);
    await sql.rows('delete from ownership where connector = $1', [name]);
    await sql.rows('delete from connector_status where connector = $1', [name]);
    this.messaging.publish(events.daemonWake, {}, { reason: `connector ${name} removed` });
  }

  async #postpone(sql: Sql, { name, runId }: Removal, error: unknown): Promise<void> {
    const wire = toWireError(error);
    this.log.warn({ connector: name, error }, 'A deleted connector waits for its gateway');
    await sql.rows(
      `update connector_removal set attempts = attempts + 1, error = $2,
         next_try_at = now() + least(power(2, least(attempts, 6)), 60) * interval '1 second' where name = $1`,
      [name, JSON.stringify(wire)],
    );
    if (runId) await this.runs.wait(sql, runId, wire);
  }
}
