import { describe, expect, it } from 'vitest';
import { Readiness } from './readiness.js';

describe('readiness', () => {
  it('waits for each check', async () => {
    const readiness = new Readiness();
    readiness.set('postgres', () => undefined);
    readiness.set('daemon', () => 'It is away');
    expect(await readiness.report()).toMatchObject({ status: 'not-ready' });
  });

  it('shows what the process can do without, but does not wait for it', async () => {
    const readiness = new Readiness();
    readiness.doWithout('daemon');
    readiness.set('daemon', () => 'It is away');
    expect(await readiness.report()).toEqual({
      status: 'ready',
      checks: { daemon: { isReady: false, reason: 'It is away' } },
    });
    readiness.set('postgres', () => 'It is away');
    expect(await readiness.report()).toMatchObject({ status: 'not-ready' });
  });
});
