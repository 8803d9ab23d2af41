import { Inject, Injectable } from '@nestjs/common';
import { ConflictError, type Run, type WantedState } from '@idaemon/contracts';
import { Database, type Sql } from '@idaemon/persistence';
import type { Principal } from '../access/role.js';
import { recordAudit } from '../audit/audit.repository.js';
import { unknownConnector } from '../configuration/connector-configurations.js';
import { ConnectorRepository, type StoredConnector } from '../configuration/connector.repository.js';
import { WakeUps } from '../ownership/wake-ups.js';
import { DefinitionRepository } from '../definitions/definition.repository.js';
import { RunRepository } from '../runs/run.repository.js';
import { ApprovableRuns } from './approvable-runs.js';

export const stateVerbs = ['start', 'stop', 'pause', 'resume', 'restart'] as const;
export type StateVerb = (typeof stateVerbs)[number];

/** What people tell a connector to do. Committed before it is answered; then its owner is woken. */
@Injectable()
export class ConnectorCommands {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ConnectorRepository) private readonly connectors: ConnectorRepository,
    @Inject(DefinitionRepository) private readonly definitions: DefinitionRepository,
    @Inject(RunRepository) private readonly runs: RunRepository,
    @Inject(ApprovableRuns) private readonly approvable: ApprovableRuns,
    @Inject(WakeUps) private readonly wakeUps: WakeUps,
  ) {}

  /** Changes the wanted state, or asks for a restart; doing it again changes nothing. */
  async changeState(name: string, verb: StateVerb, principal: Principal): Promise<void> {
    await this.#withConnector(name, async (sql, connector) => {
      refuseImpossible(connector, verb);
      const wanted = wantedAfter[verb];
      if (verb !== 'restart' && connector.wanted === wanted) return;
      if (verb === 'restart') await this.connectors.restart(sql, name);
      else await this.connectors.want(sql, name, wanted);
      await recordAudit(sql, { who: principal.name, action: verb, kind: 'connector', name });
    });
    await this.wakeUps.connectors([name], `${verb} of ${name}`);
  }

  /** Asks for a refresh or a plan. */
  async requestRun(name: string, mode: 'refresh' | 'plan', principal: Principal): Promise<Run> {
    const run = await this.#withConnector(name, async (sql, connector) => {
      refuseIdle(connector, mode);
      await this.#refuseWithoutRefresh(connector);
      return this.#request(sql, name, principal, { mode, action: mode });
    });
    await this.wakeUps.connectors([name], `${mode} of ${name}`);
    return run;
  }

  /** Lets the next refresh do the removals that a run held back; default: the newest run that waits. */
  async approve(name: string, runId: string | undefined, principal: Principal): Promise<Run> {
    const run = await this.#withConnector(name, async (sql, connector) => {
      refuseIdle(connector, 'approve');
      const approves = await this.approvable.find(sql, name, runId);
      return this.#request(sql, name, principal, { mode: 'refresh', action: 'approve', approves });
    });
    await this.wakeUps.connectors([name], `approve of ${name}`);
    return run;
  }

  async #request(
    sql: Sql,
    name: string,
    { name: who }: Principal,
    { mode, action, approves }: { mode: 'refresh' | 'plan'; action: string; approves?: string },
  ): Promise<Run> {
    const run = await this.runs.request({ connector: name, mode, requestedBy: who, approves }, sql);
    const detail = { run: run.id, ...(approves ? { approves } : {}) };
    await recordAudit(sql, { who, action, kind: 'connector', name, detail });
    return run;
  }

  /** Locks the connector, so that commands and changes of it come one after the other. */
  async #withConnector<T>(
    name: string,
    work: (sql: Sql, connector: StoredConnector) => Promise<T>,
  ): Promise<T> {
    return this.database.transaction(async (sql) => {
      const connector = await this.connectors.findForChange(sql, name);
      if (!connector) throw unknownConnector(name);
      return work(sql, connector);
    });
  }

  async #refuseWithoutRefresh({
    configuration: { name, service, connector },
  }: StoredConnector): Promise<void> {
    const known = await this.definitions.ofService(service);
    const found = known.find(({ definition }) => definition.name === connector);
    if (!found || found.definition.triggers.includes('refresh')) return;
    throw new ConflictError(`${name} has no refresh: the connector ${connector} only reacts to events`, {
      action: `Nothing to do: it works as long as it runs; to start it anew use POST /api/connectors/${name}/restart.`,
    });
  }
}

const wantedAfter: Record<StateVerb, WantedState> = {
  start: 'running',
  stop: 'stopped',
  pause: 'paused',
  resume: 'running',
  restart: 'running',
};

function refuseImpossible({ wanted, configuration: { name } }: StoredConnector, verb: StateVerb): void {
  const start = `Start it with POST /api/connectors/${name}/start.`;
  if (wanted === 'stopped' && (verb === 'pause' || verb === 'resume' || verb === 'restart')) {
    throw new ConflictError(`${name} is stopped: ${verb} is for connectors that are not`, { action: start });
  }
  if (wanted === 'paused' && verb === 'restart') {
    throw new ConflictError(`${name} is paused: it cannot be restarted`, {
      action: `Resume it with POST /api/connectors/${name}/resume.`,
    });
  }
}

function refuseIdle({ wanted, configuration: { name } }: StoredConnector, verb: string): void {
  if (wanted === 'running') return;
  const next = wanted === 'paused' ? 'resume' : 'start';
  throw new ConflictError(`${name} is ${wanted}: ${verb} needs it to run`, {
    action: `First let it run with POST /api/connectors/${name}/${next}.`,
  });
}
