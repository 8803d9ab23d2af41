import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { ENVIRONMENT, SHUTDOWN, systemClock, type RuntimeEnvironment } from '@idaemon/service-runtime';
import { audienceOf } from './audience.js';
import { instanceAgent } from './connect.js';
import { forward } from './forwarding.js';
import { addFrontDoor } from './front-door.routes.js';
import { RegisteredLineageInstances } from './lineage-instances.js';

/** As long as the receiver itself holds requests while something is being restarted. */
const waitMs = 3_000;

/** Senders that know only the daemon's address: their requests go on to an instance that lives. */
@Module({ providers: [RegisteredLineageInstances] })
export class FrontDoorModule implements OnModuleInit, OnApplicationShutdown {
  readonly #agent = instanceAgent();

  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost<FastifyAdapter>,
    @Inject(RegisteredLineageInstances) private readonly instances: RegisteredLineageInstances,
    @Inject(SHUTDOWN) private readonly shutdown: AbortSignal,
    @Inject(ENVIRONMENT) private readonly environment: RuntimeEnvironment,
  ) {}

  onModuleInit(): void {
    const { instances, shutdown } = this;
    const audience = audienceOf(this.environment.IDAEMON_HOST);
    const options = { instances, agent: this.#agent, clock: systemClock, waitMs, shutdown, audience };
    addFrontDoor(this.host.httpAdapter.getInstance(), (exchange) => forward(exchange, options));
  }

  onApplicationShutdown(): void {
    this.#agent.destroy();
  }
}
