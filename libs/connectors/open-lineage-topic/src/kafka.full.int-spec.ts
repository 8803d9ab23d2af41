import { randomUUID } from 'node:crypto';
import { Admin } from '@platformatic/kafka';
import { FakeEventLog, startConnector } from '@idaemon/connector-testing';
import { startKafka } from '@idaemon/targets/kafka';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openLineageTopic, openLineageTopicSource } from './index.js';

const patience = { timeout: 60_000, interval: 100 };
const eventOf = (name: string, more: object = {}) =>
  JSON.stringify({ eventTime: '2026-11-21T10:00:00Z', job: { namespace: 'etl', name }, ...more });

let kafka: Awaited<ReturnType<typeof startKafka>>;
beforeAll(async () => {
  kafka = await startKafka();
}, 900_000);
afterAll(() => kafka?.stop(), 60_000);

async function newTopic(partitions = 3): Promise<string> {
  const topic = `lineage-${randomUUID()}`;
  const admin = new Admin({ clientId: 'spec', bootstrapBrokers: [kafka.broker] });
  try {
    await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
  } finally {
    await Promise.resolve(admin.close());
  }
  return topic;
}

async function writing(topic: string) {
  const log = new FakeEventLog();
  const config = { brokers: [kafka.broker], topic };
  const connector = await startConnector(openLineageTopic, { config, extension: log.extension() });
  onTestFinished(() => connector.stop());
  connector.engage();
  const written = async (events: number) => {
    await vi.waitFor(() => expect(log.listeners[0]?.taken).toBe(events), patience);
  };
  return { log, written, stop: connector.stop };
}

async function reading(topic: string, group: string = randomUUID()) {
  const log = new FakeEventLog();
  const config = { brokers: [kafka.broker], topic, group };
  const connector = await startConnector(openLineageTopicSource, { config, extension: log.extension() });
  onTestFinished(() => connector.stop());
  const { done } = connector.engage();
  const bodies = () => log.events.map(({ body }) => body.toString());
  const read = async (events: number) => {
    await vi.waitFor(() => expect(log.events.length).toBeGreaterThanOrEqual(events), patience);
    return bodies();
  };
  return { log, done, read, bodies, connector };
}

describe('topics of a real Kafka', { timeout: 240_000 }, () => {
  it('take the original bytes and give them back, in the order of their keys', async () => {
    const topic = await newTopic();
    const runs = Array.from({ length: 20 }, () => randomUUID());
    const events = Array.from({ length: 400 }, (_, index) =>
      eventOf(`job ${index % 7}`, {
        ...{ run: { runId: runs[index % 20] }, eventType: 'RUNNING', index },
        ...{ snapshot: '4657867867867867867' },
      }).replace('"4657867867867867867"', '4657867867867867867'),
    );
    const out = await writing(topic);
    out.log.receive(...events);
    await out.written(400);
    const source = await reading(topic);
    expect((await source.read(400)).toSorted()).toEqual(events.toSorted());
    for (const run of runs) {
      const inOrder = (of: string[]) => of.filter((body) => body.includes(run));
      expect(inOrder(source.bodies())).toEqual(inOrder(events));
    }
  });

  it('are read on from where the last one ended', async () => {
    const topic = await newTopic(1);
    const group = randomUUID();
    const out = await writing(topic);
    out.log.receive(eventOf('one'));
    await out.written(1);
    const first = await reading(topic, group);
    await first.read(1);
    // The offset is committed behind the last event.
    out.log.receive(eventOf('two'));
    await first.read(2);
    await first.connector.stop();
    out.log.receive(eventOf('three'));
    await out.written(3);
    const second = await reading(topic, group);
    const seen = await second.read(1);
    expect(seen).toContain(eventOf('three'));
    expect(seen).not.toContain(eventOf('one'));
  });

  it('go on after the broker was away', async () => {
    const topic = await newTopic(1);
    const out = await writing(topic);
    out.log.receive(eventOf('before'));
    await out.written(1);
    await kafka.pause();
    out.log.receive(eventOf('meanwhile'));
    await vi.waitFor(
      () => expect(out.log.listeners[0]?.refused).toMatchObject([{ error: { code: 'system-unavailable' } }]),
      patience,
    );
    await kafka.restart();
    out.log.receive(eventOf('after'));
    await vi.waitFor(() => {
      const { taken = 0, refused = [] } = out.log.listeners[0] ?? {};
      expect(taken + refused.length).toBe(3);
    }, patience);
    // The real log tries the refused one again; here the client has to come back by itself.
    out.log.receive(eventOf('later'));
    const source = await reading(topic);
    await vi.waitFor(() => expect(source.bodies()).toContain(eventOf('later')), patience);
  });

  it('refuse an event that is too large, and say what to do', async () => {
    const topic = await newTopic(1);
    const out = await writing(topic);
    out.log.receive(eventOf('large', { filler: 'x'.repeat(2_000_000) }));
    await vi.waitFor(
      () => expect(out.log.listeners[0]?.refused).toMatchObject([{ error: { code: 'metadata-invalid' } }]),
      patience,
    );
  });

  it('are waited for where they are not there', async () => {
    const out = await writing('not-there');
    out.log.receive(eventOf('one'));
    await vi.waitFor(() => {
      const [refused] = out.log.listeners[0]?.refused ?? [];
      expect(String(refused?.error)).toContain('The topic not-there');
    }, patience);
  });
});
