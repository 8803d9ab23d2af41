import { resolve } from 'node:path';
import { ConfigurationError, parseDuration, type FieldError } from '@idaemon/contracts';
import { z } from 'zod';

/** A duration such as `10s`, as milliseconds. */
export function duration(byDefault: string): z.ZodType<number, string | undefined> {
  return z
    .string()
    .default(byDefault)
    .transform((text, context) => {
      const durationMs = parseDuration(text);
      if (durationMs !== undefined) return durationMs;
      context.addIssue({ code: 'custom', message: 'is not a duration' });
      return z.NEVER;
    });
}

/** A whole number within bounds. */
export function wholeNumber(byDefault: number, min: number, max: number): z.ZodType<number> {
  return z.coerce.number('is not a number').int('is not a whole number').min(min).max(max).default(byDefault);
}

/** Of a variable that names a database. */
export const postgresUrl = z
  .string()
  .refine(isPostgresUrl, 'is not a Postgres address')
  .describe('postgresql://user:password@host:port/database');

/** The variables that every app reads. */
export function runtimeEnvironment(port: number) {
  return z.object({
    IDAEMON_HOST: z
      .string()
      .default('127.0.0.1')
      .describe('a host name or address to listen on (default 127.0.0.1; images use 0.0.0.0)'),
    IDAEMON_PORT: wholeNumber(port, 0, 65_535).describe(`a port, 0 for any free one (default ${port})`),
    IDAEMON_NATS_URL: z
      .string()
      .default('nats://127.0.0.1:4222')
      .refine(isNatsUrl, 'is not a NATS address')
      .describe('nats://[user:password@]host:port (tls:// if encrypted), several separated by commas'),
    IDAEMON_LOG_LEVEL: z
      .enum(['trace', 'debug', 'info', 'warn', 'error'])
      .default('info')
      .describe('trace, debug, info, warn or error (default info)'),
    IDAEMON_LOG_FORMAT: z
      .enum(['json', 'text'])
      .optional()
      .describe('json or text (default text on a terminal, else json)'),
    IDAEMON_HOME: z
      .string()
      .default('.idaemon')
      .transform((path) => resolve(path))
      .describe('the folder that holds private files (default .idaemon)'),
    IDAEMON_SUPERVISE: z
      .enum(['0', '1'])
      .default('0')
      .describe(
        '1: the work is done by a process of its own, which is replaced when it ends, and without a gap on SIGHUP (default 0)',
      ),
    IDAEMON_SHUTDOWN_TIMEOUT: duration('10s').describe(
      'how long an orderly stop may take, e.g. 10s (the default)',
    ),
  });
}
export type RuntimeEnvironment = z.output<ReturnType<typeof runtimeEnvironment>>;

/**
 * Reads the variables of a schema, and of `more`; throws one error that lists every mistake. An empty variable
 * counts as unset.
 */
export function readEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  variables: NodeJS.ProcessEnv,
  more: z.ZodObject = z.object({}),
): z.output<Schema> & Record<string, unknown> {
  const whole: z.ZodObject = schema.extend(more.shape);
  const given = Object.entries(variables).filter(([name, value]) => name in whole.shape && value !== '');
  const result = whole.safeParse(Object.fromEntries(given));
  if (result.success) return result.data as z.output<Schema> & Record<string, unknown>;
  const errors = result.error.issues.map((issue) => mistake(whole, variables, issue));
  const list = errors.map(({ path, message }) => `  ${path} ${message}`).join('\n');
  throw new ConfigurationError(`The environment is not valid:\n${list}`, {
    errors,
    action: 'Set the named variables to what is accepted and start again.',
  });
}

function mistake(schema: z.ZodObject, variables: NodeJS.ProcessEnv, issue: z.core.$ZodIssue): FieldError {
  const name = String(issue.path[0] ?? '');
  const accepted = (schema.shape[name] as z.ZodType | undefined)?.description;
  const given = variables[name];
  const wrong = given ? `${shown(name, given)} is refused: ${issue.message}` : 'is missing';
  return { path: name, message: accepted ? `${wrong}; accepted: ${accepted}` : wrong };
}

/** Values that may hold credentials are not repeated. */
function shown(name: string, value: string): string {
  return /URL|TOKEN|PASSWORD|SECRET|KEY/.test(name) ? 'its value' : JSON.stringify(value);
}

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
}

function isNatsUrl(text: string): boolean {
  return text.split(',').every((one) => {
    const url = one.includes('://') ? one.trim() : `nats://${one.trim()}`;
    return URL.canParse(url) && /^(nats|tls):$/.test(new URL(url).protocol) && new URL(url).hostname !== '';
  });
}
