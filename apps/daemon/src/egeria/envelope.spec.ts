import { ConfigurationError, NotAuthorizedError, SystemUnavailableError } from '@idaemon/contracts';
import { describe, expect, test } from 'vitest';
import { EgeriaError } from './egeria-error.js';
import { dateOf, failureOf } from './envelope.js';
import { messages, textOf, type MessageId } from './messages.js';

const asked = { answerClass: 'VoidResponse', action: 'refreshConnector', family: 'runtime' } as const;
const runtime = 'org.odpi.openmetadata.frameworks.connectors.ffdc.';
const admin = 'org.odpi.openmetadata.adminservices.ffdc.exception.';

describe('a failure in an envelope', () => {
  test.each([
    [new EgeriaError('OMAG-MULTI-TENANT-404-001', ['a', 'b']), 404, `${runtime}InvalidParameterException`],
    [new ConfigurationError('x'), 400, `${runtime}InvalidParameterException`],
    [new NotAuthorizedError('x'), 403, `${runtime}UserNotAuthorizedException`],
    [new SystemUnavailableError('Postgres'), 503, `${runtime}PropertyServerException`],
    [new Error('x'), 500, `${runtime}PropertyServerException`],
  ])('of %s is %d, %s', (thrown, relatedHTTPCode, exceptionClassName) => {
    expect(failureOf(thrown, asked)).toMatchObject({ relatedHTTPCode, exceptionClassName });
  });

  test('of the configuration has the exceptions of the administration', () => {
    const failures = [
      new EgeriaError('OMAG-ADMIN-400-009', ['a']),
      new NotAuthorizedError('x'),
      new Error('x'),
    ];
    const classes = failures.map((one) => failureOf(one, { ...asked, family: 'admin' }).exceptionClassName);
    expect(classes).toEqual(
      ['OMAGInvalidParameterException', 'OMAGNotAuthorizedException', 'OMAGConfigurationErrorException'].map(
        (name) => `${admin}${name}`,
      ),
    );
  });

  test('that nobody has foreseen keeps its text inside', () => {
    expect(JSON.stringify(failureOf(new Error('at db.ts: hunter2'), asked))).not.toContain('hunter2');
  });

  test('names every wrong field', () => {
    const errors = [
      { path: 'config.path', message: 'is required' },
      { path: 'config.depth', message: 'must be a number' },
    ];
    const failure = failureOf(new ConfigurationError('config.path is required', { errors }), asked);
    expect(failure.exceptionErrorMessage).toContain('config.depth must be a number');
    expect(failure.exceptionProperties).toEqual({ parameterName: 'config.path' });
  });
});

test.each(Object.entries(messages))(
  'the code of %s is in its id, and its text takes what it has',
  (id, message) => {
    const { httpCode, text } = message;
    expect(id).toContain(`-${httpCode}-`);
    const count = new Set(text.match(/\{\d\}/g)).size;
    expect(textOf(id as MessageId, ['a', 'b', 'c'].slice(0, count))).not.toMatch(/\{\d\}|  /);
  },
);

test('dates have an offset, as Jackson writes them', () => {
  expect(dateOf('2026-01-01T00:00:00Z')).toBe('2026-01-01T00:00:00.000+00:00');
});
