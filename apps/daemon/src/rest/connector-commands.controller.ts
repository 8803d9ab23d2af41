import { Controller, Inject } from '@nestjs/common';
import { ConnectorStatus, Run } from '@idaemon/contracts';
import { z } from 'zod';
import type { Principal } from '../access/role.js';
import { ConnectorCommands, type StateVerb } from '../commands/connector-commands.js';
import { ConnectorResources } from './connector-resources.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { ConnectorPath } from './resources.js';

const tag = 'commands';

function stateOperation(verb: StateVerb, summary: string) {
  return operation({
    id: `${verb}Connector`,
    method: 'POST',
    path: `/api/connectors/{name}/${verb}`,
    tag,
    access: 'operator',
    summary,
    params: ConnectorPath,
    status: 202,
    answer: ConnectorStatus,
    problems: ['not-found', 'conflict'],
  });
}

function runOperation<Body extends z.ZodType>(verb: string, summary: string, body: Body) {
  return operation({
    id: `${verb}Connector`,
    method: 'POST',
    path: `/api/connectors/{name}/${verb}`,
    tag,
    access: 'operator',
    summary,
    params: ConnectorPath,
    body,
    status: 202,
    answer: Run,
    problems: ['not-found', 'conflict'],
  });
}

const start = stateOperation('start', 'Let a connector run');
const stop = stateOperation('stop', 'Stop a connector; its instance gives it up');
const pause = stateOperation('pause', 'Keep a connector from working; it stays with its instance');
const resume = stateOperation('resume', 'Let a paused connector go on');
const restart = stateOperation('restart', 'Stop a connector and start it once');
const refresh = runOperation('refresh', 'Ask for a refresh now', z.strictObject({}));
const plan = runOperation('plan', 'Show what a refresh would do, without doing it', z.strictObject({}));
const approve = runOperation(
  'approve',
  'Do the removals that a run held back, as far as they are still missing at the source',
  z.strictObject({ run: z.uuid().optional().describe('Default: the newest refresh, if its removals wait.') }),
);

@Controller()
export class ConnectorCommandsController {
  constructor(
    @Inject(ConnectorCommands) private readonly commands: ConnectorCommands,
    @Inject(ConnectorResources) private readonly resources: ConnectorResources,
  ) {}

  @Handles(start)
  async start({ params, principal }: InputOf<typeof start>) {
    return this.#changeState(params.name, 'start', principal);
  }

  @Handles(stop)
  async stop({ params, principal }: InputOf<typeof stop>) {
    return this.#changeState(params.name, 'stop', principal);
  }

  @Handles(pause)
  async pause({ params, principal }: InputOf<typeof pause>) {
    return this.#changeState(params.name, 'pause', principal);
  }

  @Handles(resume)
  async resume({ params, principal }: InputOf<typeof resume>) {
    return this.#changeState(params.name, 'resume', principal);
  }

  @Handles(restart)
  async restart({ params, principal }: InputOf<typeof restart>) {
    return this.#changeState(params.name, 'restart', principal);
  }

  @Handles(refresh)
  async refresh({ params, principal }: InputOf<typeof refresh>) {
    return this.commands.requestRun(params.name, 'refresh', principal);
  }

  @Handles(plan)
  async plan({ params, principal }: InputOf<typeof plan>) {
    return this.commands.requestRun(params.name, 'plan', principal);
  }

  @Handles(approve)
  async approve({ params, body, principal }: InputOf<typeof approve>) {
    return this.commands.approve(params.name, body.run, principal);
  }

  async #changeState(name: string, verb: StateVerb, principal: Principal): Promise<ConnectorStatus> {
    await this.commands.changeState(name, verb, principal);
    return this.resources.status(name);
  }
}
