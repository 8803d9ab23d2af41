import { Controller, Inject } from '@nestjs/common';
import { listOf, RequestError } from '@idaemon/contracts';
import { z } from 'zod';
import type { Principal } from '../access/role.js';
import { GroupRepository } from '../groups/group.repository.js';
import { Groups, type GroupVerb } from '../groups/groups.js';
import { Answered } from './answered.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { GroupDocument, GroupResource, MemberAnswer, Page } from './resources.js';

const tag = 'groups';
const GroupPath = z.strictObject({ name: z.string() });

const listGroups = operation({
  id: 'listGroups',
  method: 'GET',
  path: '/api/groups',
  tag,
  summary: 'List groups of connectors',
  query: Page,
  answer: listOf(GroupResource),
});

const createGroup = operation({
  id: 'createGroup',
  method: 'POST',
  path: '/api/groups',
  tag,
  access: 'administrator',
  summary: 'Create a group',
  body: GroupDocument,
  status: 201,
  answer: GroupResource,
  problems: ['configuration-invalid', 'conflict'],
});

const getGroup = operation({
  id: 'getGroup',
  method: 'GET',
  path: '/api/groups/{name}',
  tag,
  summary: 'Get a group',
  params: GroupPath,
  answer: GroupResource,
  problems: ['not-found'],
});

const putGroup = operation({
  id: 'putGroup',
  method: 'PUT',
  path: '/api/groups/{name}',
  tag,
  access: 'administrator',
  summary: 'Create or replace a group',
  params: z.strictObject({ name: GroupDocument.shape.name }),
  body: GroupDocument.partial({ name: true }),
  answer: GroupResource,
  alsoAnswers: { 201: 'It was created.' },
  problems: ['configuration-invalid'],
});

const deleteGroup = operation({
  id: 'deleteGroup',
  method: 'DELETE',
  path: '/api/groups/{name}',
  tag,
  access: 'administrator',
  summary: 'Delete a group; its members stay',
  params: GroupPath,
  status: 204,
  answer: z.void(),
  problems: ['not-found'],
});

function groupCommand(verb: GroupVerb) {
  return operation({
    id: `${verb}Group`,
    method: 'POST',
    path: `/api/groups/{name}/${verb}`,
    tag,
    access: 'operator',
    summary: `Tell every member of a group to ${verb}; what was impossible for one is in its error`,
    params: GroupPath,
    status: 202,
    answer: listOf(MemberAnswer),
    problems: ['not-found'],
  });
}

const start = groupCommand('start');
const stop = groupCommand('stop');
const pause = groupCommand('pause');
const resume = groupCommand('resume');
const refresh = groupCommand('refresh');

@Controller()
export class GroupsController {
  constructor(
    @Inject(Groups) private readonly groups: Groups,
    @Inject(GroupRepository) private readonly stored: GroupRepository,
  ) {}

  @Handles(listGroups)
  async list({ query }: InputOf<typeof listGroups>) {
    return this.stored.list(query);
  }

  @Handles(createGroup)
  async create({ body, principal }: InputOf<typeof createGroup>) {
    const { group } = await this.groups.write(body, { isNew: true }, principal);
    return new Answered(group, { headers: { location: `/api/groups/${group.name}` } });
  }

  @Handles(getGroup)
  async get({ params: { name } }: InputOf<typeof getGroup>) {
    return this.groups.get(name);
  }

  @Handles(putGroup)
  async put({ params: { name }, body, principal }: InputOf<typeof putGroup>) {
    if (body.name !== undefined && body.name !== name) {
      const errors = [{ path: 'name', message: `must be ${name}, as in the path: a name cannot be changed` }];
      throw new RequestError(`The group ${name} is not valid: name is another one than in the path`, {
        errors,
      });
    }
    const { group, isNew } = await this.groups.write({ ...body, name }, { isNew: false }, principal);
    return new Answered(group, isNew ? { status: 201, headers: { location: `/api/groups/${name}` } } : {});
  }

  @Handles(deleteGroup)
  async delete({ params: { name }, principal }: InputOf<typeof deleteGroup>) {
    await this.groups.delete(name, principal);
  }

  @Handles(start)
  async start({ params, principal }: InputOf<typeof start>) {
    return this.#command(params.name, 'start', principal);
  }

  @Handles(stop)
  async stop({ params, principal }: InputOf<typeof stop>) {
    return this.#command(params.name, 'stop', principal);
  }

  @Handles(pause)
  async pause({ params, principal }: InputOf<typeof pause>) {
    return this.#command(params.name, 'pause', principal);
  }

  @Handles(resume)
  async resume({ params, principal }: InputOf<typeof resume>) {
    return this.#command(params.name, 'resume', principal);
  }

  @Handles(refresh)
  async refresh({ params, principal }: InputOf<typeof refresh>) {
    return this.#command(params.name, 'refresh', principal);
  }

  async #command(name: string, verb: GroupVerb, principal: Principal) {
    const items = await this.groups.command(name, verb, principal);
    return { items, total: items.length, next: null };
  }
}
