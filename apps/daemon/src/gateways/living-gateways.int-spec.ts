import { randomUUID } from 'node:crypto';
import { events } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { natsUrl } from '../../../../tools/launcher/testing.mjs';
import { LivingGateways } from './living-gateways.js';

let messaging: Messaging;
beforeAll(async () => {
  messaging = await Messaging.connect({ url: natsUrl(), name: 'living-gateways-spec' });
});
afterAll(() => messaging.close());

test('a gateway lives as long as one of its replicas says so', async () => {
  const gateway = `gateway-${randomUUID().slice(0, 8)}`;
  const startedAt = Date.UTC(2026, 0, 1);
  const gateways = new LivingGateways(messaging);
  gateways.listen(() => startedAt);
  expect(gateways.replicasOf(gateway, startedAt)).toEqual([]);
  await vi.waitFor(() => {
    messaging.publish(events.gatewayAlive, { gateway }, { gateway, replica: 'r1', version: '0.1.0' });
    expect(gateways.names(startedAt)).toContain(gateway);
  });
  const replica = { replica: 'r1', version: '0.1.0', lastSeenAt: '2026-01-01T00:00:00.000Z' };
  expect(gateways.replicasOf(gateway, startedAt + 15_000)).toEqual([replica]);
  expect(gateways.replicasOf(gateway, startedAt + 15_001)).toEqual([]);
  expect(gateways.names(startedAt + 15_001)).not.toContain(gateway);
});
