import { hash } from 'node:crypto';
import { daemonMessages } from '@idaemon/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { administratorToken, startDaemon, type DaemonApp } from '../testing/daemon-app.js';

let daemon: DaemonApp;

beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon.close());

const ownerOf = (token: string) =>
  daemon.messaging.request(daemonMessages.tokenOwner, {}, { hash: hash('sha256', token, 'hex') });

test('another process learns whose token a request carries, by its hash', async () => {
  expect(await ownerOf(administratorToken)).toMatchObject({ owner: { role: 'administrator' } });
  expect(await ownerOf('no-such-token')).toEqual({ owner: null });
});
