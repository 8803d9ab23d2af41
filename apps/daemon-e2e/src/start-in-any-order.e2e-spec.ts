import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { LandingZone } from './landing-zone.js';
import { TestSystem } from './test-system.js';

const orders = [
  ['files-integrator', 'omas-gateway', 'daemon', 'servers'],
  ['daemon', 'servers', 'files-integrator', 'omas-gateway'],
  ['omas-gateway', 'files-integrator', 'servers', 'daemon'],
];

describe('a system that is started in any order', () => {
  let system: TestSystem | undefined;
  afterEach(async () => {
    await system?.stop();
    system = undefined;
  });

  it.each(orders)('%s, %s, %s, %s: comes up and catalogues', async (...order) => {
    system = await TestSystem.servers();
    await system.nats.stop();
    await system.postgres.stop();
    for (const part of order) {
      if (part === 'servers') await Promise.all([system.nats.start(), system.postgres.start()]);
      else await system.startApp(part);
      await wait(1_000);
    }
    await system.ready();
    await system.declareGateway();
    const zone = await LandingZone.make(system, 'landing', 10);
    await system.api.put('/api/connectors/landing', zone.document());
    await system.api.caughtUp('landing');
    expect(await system.api.elements({ type: 'DataFile', source: 'landing' })).toHaveLength(10);
  });
});
