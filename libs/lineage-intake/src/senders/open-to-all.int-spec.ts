import { createHash, randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { daemonWithKeys, receivingServers, startReceiving } from '../testing/receiving-app.js';
import { post, runEvent } from '../testing/sent-events.js';

test('what comes through a daemon that the network reaches needs a key, on a loopback address too', async () => {
  const servers = await receivingServers();
  const daemon = await daemonWithKeys(servers.natsUrl);
  const hash = createHash('sha256').update('key-of-spark').digest('hex');
  daemon.set([{ id: randomUUID(), name: 'spark', hash, namespaces: [], revokedAt: null }]);
  const app = await startReceiving(servers);
  onTestFinished(async () => {
    await app.close();
    await daemon.close();
    await servers.drop();
  });
  const send = async (headers: Record<string, string>) =>
    (await post(`${app.url}/api/v1/lineage`, JSON.stringify(runEvent()), headers)).status;
  const fromNetwork = { 'idaemon-front-door': 'network' };
  expect(await send({})).toBe(201);
  expect(await send({ 'idaemon-front-door': 'this-machine' })).toBe(201);
  expect(await send(fromNetwork)).toBe(401);
  expect(await send({ ...fromNetwork, authorization: 'Bearer key-of-spark' })).toBe(201);
});
