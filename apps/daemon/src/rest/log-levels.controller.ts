import { Controller, Inject } from '@nestjs/common';
import { listOf } from '@idaemon/contracts';
import { z } from 'zod';
import { LogLevels } from '../log-levels/log-levels.js';
import { pageOfAll } from './cursor.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { LogLevel, LogLevelResource, Page } from './resources.js';

const tag = 'log-levels';

const listLogLevels = operation({
  id: 'listLogLevels',
  method: 'GET',
  path: '/api/log-levels',
  tag,
  summary: 'List the log levels that were set, by instance',
  query: Page,
  answer: listOf(LogLevelResource),
});

const setLogLevel = operation({
  id: 'setLogLevel',
  method: 'PUT',
  path: '/api/log-levels/{target}',
  tag,
  access: 'operator',
  summary: 'Set the log level of an instance, or of all instances of a service, until they restart',
  params: z.strictObject({ target: z.string().describe('The id of an instance or the name of a service.') }),
  body: z.strictObject({ level: LogLevel }),
  answer: listOf(LogLevelResource),
  problems: ['not-found'],
});

@Controller()
export class LogLevelsController {
  constructor(@Inject(LogLevels) private readonly levels: LogLevels) {}

  @Handles(listLogLevels)
  async list({ query }: InputOf<typeof listLogLevels>) {
    return pageOfAll(await this.levels.list(), query);
  }

  @Handles(setLogLevel)
  async set({ params: { target }, body: { level }, principal }: InputOf<typeof setLogLevel>) {
    const items = await this.levels.set(target, level, principal);
    return { items, total: items.length, next: null };
  }
}
