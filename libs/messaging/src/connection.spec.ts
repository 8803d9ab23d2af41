import { describe, expect, it } from 'vitest';
import { connectionOptions } from './connection.js';

describe('the options of a connection', () => {
  it.each(['tls://nats:4222', 'nats://one:4222, tls://two:4222', 'tls://user:secret@nats:4222'])(
    'require TLS for %s',
    (url) => {
      expect(connectionOptions(url, 'spec').tls).toEqual({});
    },
  );

  it.each(['nats://nats:4222', 'nats:4222', 'nats://tls:4222'])(
    'leave it to the server whether %s is encrypted',
    (url) => {
      expect(connectionOptions(url, 'spec')).not.toHaveProperty('tls');
    },
  );

  it('name every server, with the credentials apart', () => {
    expect(connectionOptions('tls://us%40er:se%3Acret@one:4222,two:4223', 'spec')).toMatchObject({
      servers: ['one:4222', 'two:4223'],
      user: 'us@er',
      pass: 'se:cret',
      name: 'spec',
    });
  });
});
