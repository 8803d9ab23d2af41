import { describeConnector, FakeEventLog, notPossible, startConnector } from '@idaemon/connector-testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openLineageTopic, openLineageTopicSource } from './index.js';

/** Nothing listens there. */
const nowhere = { brokers: ['127.0.0.1:9'], topic: 'events' };

describeConnector(openLineageTopic, {
  config: () => nowhere,
  secrets: () => ({ password: 'a-secret-password' }),
  extension: () => new FakeEventLog().extension(),
  catalogued: () => ({}),
  change: notPossible('it catalogues nothing'),
  remove: notPossible('it catalogues nothing'),
  readHalf: notPossible('it catalogues nothing'),
  unreachable: notPossible('the log of events waits for the brokers'),
});

describe('connectors of topics', () => {
  it('wait for brokers that are away', async () => {
    const log = new FakeEventLog();
    log.receive({ eventTime: '2026-11-21T10:00:00Z', job: { namespace: 'etl', name: 'load' } });
    const out = await startConnector(openLineageTopic, { config: nowhere, extension: log.extension() });
    onTestFinished(() => out.stop());
    out.engage();
    await vi.waitFor(
      () => expect(log.listeners[0]?.refused).toMatchObject([{ error: { code: 'system-unavailable' } }]),
      { timeout: 4_000 },
    );
    const source = await startConnector(openLineageTopicSource, {
      config: nowhere,
      extension: log.extension(),
    });
    onTestFinished(() => source.stop());
    await expect(source.engage().done).rejects.toMatchObject({ code: 'system-unavailable' });
  });

  it.each([openLineageTopic, openLineageTopicSource])(
    'need a password to sign in: $name',
    async (connector) => {
      const config = { ...nowhere, sasl: { mechanism: 'PLAIN' as const, username: 'u' } };
      const extension = new FakeEventLog().extension();
      await expect(
        startConnector(connector as typeof openLineageTopic, { config, extension }),
      ).rejects.toMatchObject({
        code: 'configuration-invalid',
      });
    },
  );

  it('refuse files of certificates that cannot be read', async () => {
    const config = { ...nowhere, tls: { ca: '/nowhere/ca.pem' } };
    const extension = new FakeEventLog().extension();
    await expect(startConnector(openLineageTopic, { config, extension })).rejects.toThrow('tls.ca');
  });
});
