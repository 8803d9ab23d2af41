import { Inject, Injectable } from '@nestjs/common';
import {
  canonicalJson,
  ConflictError,
  IdaemonError,
  NotFoundError,
  toWireError,
  type ConnectorStatus,
  type Run,
  type WireError,
} from '@idaemon/contracts';
import { Database } from '@idaemon/persistence';
import type { Principal } from '../access/role.js';
import { recordAudit } from '../audit/audit.repository.js';
import { ConnectorCommands } from '../commands/connector-commands.js';
import { invalidDocument } from '../configuration/connector-checks.js';
import { ConnectorStatusRepository } from '../ownership/connector-status.repository.js';
import { GroupRepository, type Group } from './group.repository.js';

export const groupVerbs = ['start', 'stop', 'pause', 'resume', 'refresh'] as const;
export type GroupVerb = (typeof groupVerbs)[number];

export interface WantedGroup {
  name: string;
  description?: string;
  members: string[];
}

export interface MemberAnswer {
  name: string;
  status: ConnectorStatus | null;
  run: Run | null;
  error: WireError | null;
}

/** Connectors that people steer together. */
@Injectable()
export class Groups {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(GroupRepository) private readonly groups: GroupRepository,
    @Inject(ConnectorCommands) private readonly commands: ConnectorCommands,
    @Inject(ConnectorStatusRepository) private readonly statuses: ConnectorStatusRepository,
  ) {}

  async get(name: string): Promise<Group> {
    const group = await this.groups.find(name);
    if (group) return group;
    throw unknownGroup(name);
  }

  /** Creates or replaces; with `isNew` only creates. */
  async write(
    wanted: WantedGroup,
    { isNew }: { isNew: boolean },
    { name: who }: Principal,
  ): Promise<{ group: Group; isNew: boolean }> {
    const { name, members } = wanted;
    return this.database.transaction(async (sql) => {
      await sql.rows(`select pg_advisory_xact_lock(hashtextextended('group ' || $1, 0))`, [name]);
      const existing = await this.groups.find(name, sql);
      if (existing && isNew) throw taken(name);
      if (existing && isSame(existing, wanted)) return { group: existing, isNew: false };
      const unknown = await this.groups.unknownMembers(sql, members);
      if (unknown.length) throw unknownMembers(name, unknown);
      await this.groups.write(sql, wanted, who);
      const action = existing ? 'update' : 'create';
      await recordAudit(sql, { who, action, kind: 'group', name, detail: { members: members.length } });
      const group = await this.groups.find(name, sql);
      if (!group) throw unknownGroup(name);
      return { group, isNew: !existing };
    });
  }

  async delete(name: string, { name: who }: Principal): Promise<void> {
    await this.database.transaction(async (sql) => {
      if (!(await this.groups.find(name, sql))) throw unknownGroup(name);
      await this.groups.delete(sql, name);
      await recordAudit(sql, { who, action: 'delete', kind: 'group', name });
    });
  }

  /** Does the same to each member; one for which it is impossible does not keep the others from it. */
  async command(name: string, verb: GroupVerb, principal: Principal): Promise<MemberAnswer[]> {
    const { members } = await this.get(name);
    const answers: MemberAnswer[] = [];
    for (const member of members) answers.push(await this.#commandOne(member, verb, principal));
    const statuses = await this.statuses.list(members);
    return answers.map((answer) => ({ ...answer, status: statuses.get(answer.name) ?? null }));
  }

  async #commandOne(member: string, verb: GroupVerb, principal: Principal): Promise<MemberAnswer> {
    const nothing = { name: member, status: null, run: null, error: null };
    try {
      if (verb === 'refresh')
        return { ...nothing, run: await this.commands.requestRun(member, verb, principal) };
      await this.commands.changeState(member, verb, principal);
      return nothing;
    } catch (error) {
      if (error instanceof ConflictError || error instanceof NotFoundError) {
        return { ...nothing, error: toWireError(error) };
      }
      throw error;
    }
  }
}

function isSame({ description, members }: Group, wanted: WantedGroup): boolean {
  const [was, shall] = [members, [...new Set(wanted.members)]].map((names) =>
    canonicalJson(names.toSorted()),
  );
  return was === shall && description === (wanted.description ?? null);
}

function taken(name: string): ConflictError {
  return new ConflictError(`There is a group ${name} already`, {
    action: `Choose another name, or change it with PUT /api/groups/${name}.`,
  });
}

function unknownMembers(name: string, unknown: readonly string[]): IdaemonError {
  const errors = unknown.map((member) => ({
    path: 'members',
    message: `names ${member}, which is no connector`,
  }));
  return invalidDocument('group', name, errors);
}

function unknownGroup(name: string): NotFoundError {
  return new NotFoundError(`There is no group ${name}`, {
    action: 'Check the name; GET /api/groups lists what exists.',
  });
}
