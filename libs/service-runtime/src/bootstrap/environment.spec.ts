import { ConfigurationError } from '@idaemon/contracts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readEnvironment, runtimeEnvironment } from './environment.js';

const schema = runtimeEnvironment(7415);
const more = z.object({ IDAEMON_POSTGRES_URL: z.url('is not a URL').describe('postgresql://…') });

function mistakesOf(variables: NodeJS.ProcessEnv, extra?: z.ZodObject): ConfigurationError {
  try {
    readEnvironment(schema, variables, extra);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
  }
  throw new Error('The environment was accepted');
}

describe('the environment', () => {
  it('has defaults for everything', () => {
    expect(readEnvironment(schema, {})).toMatchObject({
      IDAEMON_HOST: '127.0.0.1',
      IDAEMON_PORT: 7415,
      IDAEMON_NATS_URL: 'nats://127.0.0.1:4222',
      IDAEMON_LOG_LEVEL: 'info',
      IDAEMON_SHUTDOWN_TIMEOUT: 10_000,
    });
  });

  it('reads an empty variable as one that is not set, and ignores those of others', () => {
    expect(readEnvironment(schema, { IDAEMON_PORT: '', HOME: '/root' }).IDAEMON_PORT).toBe(7415);
  });

  it('lists all mistakes at once, with what is wrong and what is accepted', () => {
    const error = mistakesOf(
      { IDAEMON_PORT: '70000', IDAEMON_LOG_LEVEL: 'loud', IDAEMON_SHUTDOWN_TIMEOUT: '10 seconds' },
      more,
    );
    expect(error.errors?.map(({ path }) => path)).toEqual([
      'IDAEMON_PORT',
      'IDAEMON_LOG_LEVEL',
      'IDAEMON_SHUTDOWN_TIMEOUT',
      'IDAEMON_POSTGRES_URL',
    ]);
    expect(error.message).toContain('IDAEMON_PORT "70000" is refused');
    expect(error.message).toContain('accepted: a port, 0 for any free one (default 7415)');
    expect(error.message).toContain('IDAEMON_POSTGRES_URL is missing; accepted: postgresql://…');
  });

  it('does not repeat values that hold credentials', () => {
    const error = mistakesOf({ IDAEMON_NATS_URL: 'http://idaemon:hunter2@nats' });
    expect(error.message).toContain('IDAEMON_NATS_URL its value is refused');
    expect(error.message).not.toContain('hunter2');
  });

  it.each(['nats://a:4222', 'localhost:4222', 'nats://u:p@a:4222,nats://b:4222', 'tls://a:4222'])(
    'accepts %s as NATS',
    (url) => {
      expect(readEnvironment(schema, { IDAEMON_NATS_URL: url }).IDAEMON_NATS_URL).toBe(url);
    },
  );
});
