import { SystemUnavailableError } from '@idaemon/contracts';
import { expect, it } from 'vitest';
import { createLog } from './log.js';
import { nestLogger } from './nest-logger.js';
import { Redaction } from './redaction.js';

function logOf(format: 'json' | 'text' = 'json', level: 'debug' | 'info' = 'info') {
  const lines: string[] = [];
  const redaction = new Redaction();
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLog({ app: 'daemon', level, format, redaction, destination });
  const last = () => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown>;
  return { log, lines, redaction, last };
}

it('is one line of JSON for each event', () => {
  const { log, last } = logOf();
  log.info({ connector: 'shop' }, 'Stopping');
  expect(last()).toMatchObject({ level: 'info', app: 'daemon', connector: 'shop', message: 'Stopping' });
  expect(Date.parse(String(last().time))).toBeGreaterThan(0);
});

it("tells the product's own errors by what they say, with their cause, and others with their stack", () => {
  const { log, last } = logOf();
  log.error({ error: new SystemUnavailableError('Postgres', { cause: new Error('ECONNREFUSED') }) }, 'x');
  expect(last().error).toEqual({
    code: 'system-unavailable',
    message: 'Postgres is unavailable: ECONNREFUSED',
    action: expect.any(String) as string,
    cause: 'ECONNREFUSED',
  });
  log.error({ error: new TypeError('a bug') }, 'x');
  expect(last().error).toMatchObject({
    type: 'TypeError',
    stack: expect.stringContaining('a bug') as string,
  });
});

it('holds no secret: not by value, not by name, not in an error', () => {
  const { log, lines, redaction } = logOf();
  redaction.hide(['hunter2']);
  log.info({ password: 'other', request: { authorization: 'Bearer abc' } }, 'login with hunter2');
  log.error({ error: new Error('postgres://u:pw123@db refused hunter2') }, 'x');
  const everything = lines.join('');
  for (const secret of ['hunter2', 'other', 'Bearer abc', 'pw123']) expect(everything).not.toContain(secret);
});

it('is readable at a terminal', () => {
  const { log, lines } = logOf('text');
  log.warn({ connector: 'shop', error: new SystemUnavailableError('Postgres') }, 'Waiting');
  expect(lines.join('')).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} WARN {2}Waiting connector="shop"\n {4}Postgres is unavailable\n/,
  );
});

it("has Nest's chatter as details, and its errors as errors", () => {
  const { log, lines, last } = logOf();
  const nest = nestLogger(log);
  nest.log('AppModule dependencies initialized', 'InstanceLoader');
  expect(lines).toEqual([]);
  nest.error(new Error('cannot resolve'), 'ExceptionHandler');
  expect(last()).toMatchObject({ level: 'error', message: 'cannot resolve', context: 'ExceptionHandler' });
});
