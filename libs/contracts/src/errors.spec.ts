import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  errorCodes,
  fromWireError,
  IdaemonError,
  OwnershipLostError,
  SystemUnavailableError,
  toWireError,
  WireError,
  type ErrorCode,
} from './errors.js';
import { problemOf } from './problem.js';

describe('an error on the wire', () => {
  it.each(Object.keys(errorCodes) as ErrorCode[])(
    '%s comes back with its code, message and next step',
    (code) => {
      const wire = WireError.parse(
        JSON.parse(JSON.stringify(toWireError(new IdaemonError(code, 'It is so')))),
      );
      const back = fromWireError(wire);
      expect(back).toMatchObject({ code, message: 'It is so', action: errorCodes[code].action });
      expect(toWireError(back)).toEqual(wire);
    },
  );

  it('keeps what the other side needs to go on', () => {
    const fields = [{ path: 'config.url', message: 'must be a URL' }];
    expect(toWireError(new ConfigurationError('No', { errors: fields })).errors).toEqual(fields);
    expect(fromWireError(toWireError(new OwnershipLostError('No', { epoch: 7 })))).toMatchObject({
      epoch: 7,
    });
    expect(toWireError(new SystemUnavailableError('NATS', { retryAfterMs: 500 })).retryAfterMs).toBe(500);
  });

  it('says nothing of the text of a bug, which may hold anything', () => {
    const wire = toWireError(new TypeError('password=hunter2 is not a function'));
    expect(wire.code).toBe('internal-error');
    expect(JSON.stringify(wire)).not.toContain('hunter2');
  });

  it('never carries a stack', () => {
    expect(JSON.stringify(toWireError(new ConfigurationError('No')))).not.toContain('at ');
  });
});

describe('a problem document', () => {
  it('has the members of RFC 9457, the stable code and the next step', () => {
    const error = toWireError(
      new ConfigurationError('landing has no path', {
        errors: [{ path: 'config.path', message: 'is required' }],
      }),
    );
    expect(problemOf(error, '/api/connectors/landing')).toEqual({
      type: 'urn:idaemon:problem:configuration-invalid',
      title: 'The configuration is not valid',
      status: 400,
      code: 'configuration-invalid',
      detail: 'landing has no path',
      instance: '/api/connectors/landing',
      action: errorCodes['configuration-invalid'].action,
      errors: [{ path: 'config.path', message: 'is required' }],
    });
  });
});
