import {
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { Messaging } from '@idaemon/messaging';
import { Database } from '@idaemon/persistence';
import { ENVIRONMENT, LOG, pause, systemClock, type Log } from '@idaemon/service-runtime';
import type { LineageEnvironment } from '../lineage-environment.js';
import { followJobs } from './job-uses.js';
import { MarquezReads } from './marquez-reads.js';
import { addReadRoutes } from './read-routes.js';
import { Readers } from './readers.js';

const followEveryMs = 1_000;

/** Answers what is known to tools of OpenLineage, and keeps up which jobs use which datasets. */
@Module({})
export class ReadingModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  readonly #stopping = new AbortController();
  #following: Promise<void> = Promise.resolve();

  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost<FastifyAdapter>,
    @Inject(Database) private readonly database: Database,
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(ENVIRONMENT) private readonly environment: LineageEnvironment,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onModuleInit(): void {
    const { database, messaging, log } = this;
    const isOpen = this.environment.IDAEMON_LINEAGE_READERS === 'any';
    addReadRoutes(this.host.httpAdapter.getInstance(), {
      reads: new MarquezReads(database),
      readers: new Readers({ messaging, clock: systemClock, isOpen }),
      onError: (error) => log.error({ error }, 'A question about lineage could not be answered'),
    });
  }

  onApplicationBootstrap(): void {
    this.#following = this.#follow(this.#stopping.signal);
  }

  async onModuleDestroy(): Promise<void> {
    this.#stopping.abort(new Error('The process stops'));
    await this.#following;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if ((await followJobs(this.database)) > 0) continue;
      } catch (error) {
        if (!signal.aborted)
          this.log.debug({ error }, 'The uses of datasets could not be followed; it is tried again');
      }
      await pause(systemClock, followEveryMs, signal);
    }
  }
}
