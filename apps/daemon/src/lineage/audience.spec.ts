import { expect, test } from 'vitest';
import { audienceOf } from './audience.js';

test.each(['127.0.0.1', '127.8.0.1', 'localhost', '::1'])('%s is reached from this machine only', (host) => {
  expect(audienceOf(host)).toBe('this-machine');
});

test.each(['0.0.0.0', '::', '10.0.0.1', 'example.org', '127.evil.example'])(
  '%s is reached from the network',
  (host) => {
    expect(audienceOf(host)).toBe('network');
  },
);
