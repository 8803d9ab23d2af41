import { setTimeout as wait } from 'node:timers/promises';
import {
  BusyError,
  ConflictError,
  IdaemonError,
  maxMessageBytes,
  type EventContract,
  type RequestContract,
} from '@idaemon/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { natsUrl } from '../../../tools/launcher/testing.mjs';
import { Messaging, NoAnswerError, type MessagingEvent } from './index.js';
import { NatsDoor } from './testing/nats-door.js';

let door: NatsDoor;
let asker: Messaging;
let answerer: Messaging;
let events: MessagingEvent[];
let counter = 0;

const Question = z.object({ text: z.string(), times: z.number().default(1) });
const Answer = z.object({ text: z.string(), extra: z.string().default('none') });

function contract(deadlineMs = 2_000): RequestContract<typeof Question, typeof Answer> {
  counter += 1;
  return { subject: `test.${process.pid}.${counter}.{who}`, request: Question, reply: Answer, deadlineMs };
}

const who = { who: 'me' };

async function ready(messaging: Messaging): Promise<void> {
  while (!messaging.isConnected) await wait(10);
}

/** A round trip: NATS knows by then what this connection listens to. */
async function registered(messaging: Messaging): Promise<void> {
  await messaging.request(contract(), who, { text: '' }).catch(() => undefined);
}

beforeEach(async () => {
  events = [];
  door = await NatsDoor.open(natsUrl());
  asker = await Messaging.connect({ url: door.url, name: 'asker', onEvent: (event) => events.push(event) });
  answerer = await Messaging.connect({ url: natsUrl(), name: 'answerer' });
});

afterEach(async () => {
  await Promise.all([asker.close(), answerer.close()]);
  await door.close();
});

describe('a request', () => {
  it('is answered, with the defaults of both ways', async () => {
    const question = contract();
    answerer.respond(question, who, async ({ text, times }) => ({ text: text.repeat(times) }));
    await registered(answerer);
    await expect(asker.request(question, who, { text: 'a' })).resolves.toEqual({ text: 'a', extra: 'none' });
  });

  it('throws the error of the other side', async () => {
    const question = contract();
    answerer.respond(question, who, () => Promise.reject(new ConflictError('It is mine', { epoch: 7 })));
    await registered(answerer);
    const error = await asker.request(question, who, { text: 'a' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ code: 'conflict', message: 'It is mine', epoch: 7 });
  });

  it('tells nothing of a bug of the other side but that there is one', async () => {
    const question = contract();
    const told: MessagingEvent[] = [];
    const buggy = await Messaging.connect({
      url: natsUrl(),
      name: 'buggy',
      onEvent: (event) => told.push(event),
    });
    buggy.respond(question, who, () => Promise.reject(new Error('password=hunter2')));
    await registered(buggy);
    await expect(asker.request(question, who, { text: 'a' })).rejects.toMatchObject({
      code: 'internal-error',
    });
    expect(told.at(-1)).toMatchObject({ event: 'handler-failed' });
    await buggy.close();
  });

  it('is refused with the wrong fields when it does not fit its contract', async () => {
    const question = contract();
    answerer.respond(question, who, async () => ({ text: '' }));
    await registered(answerer);
    const wide = { ...question, request: z.object({ text: z.number() }) };
    const error = await asker.request(wide, who, { text: 1 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'request-invalid', errors: [{ path: 'text' }] });
  });

  it('knows at once that nobody listens', async () => {
    const error = await asker
      .request(contract(30_000), who, { text: 'a' })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NoAnswerError);
    expect(error).toMatchObject({ reason: 'no-responders', code: 'system-unavailable' });
  });

  it('waits no longer than its deadline', async () => {
    const question = contract(100);
    answerer.respond(question, who, () => new Promise<never>(() => undefined));
    await registered(answerer);
    await expect(asker.request(question, who, { text: 'a' })).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('ends with its signal', async () => {
    const question = contract();
    answerer.respond(question, who, () => new Promise<never>(() => undefined));
    await registered(answerer);
    const controller = new AbortController();
    const asked = asker.request(question, who, { text: 'a' }, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });

  it('longer than the wire takes is refused before it is sent; so is such an answer', async () => {
    const question = contract();
    answerer.respond(question, who, async () => ({ text: 'x'.repeat(maxMessageBytes) }));
    await registered(answerer);
    const long = { text: 'x'.repeat(maxMessageBytes) };
    await expect(asker.request(question, who, long)).rejects.toMatchObject({ code: 'payload-too-large' });
    await expect(asker.request(question, who, { text: 'a' })).rejects.toMatchObject({
      code: 'payload-too-large',
    });
  });

  it('is shared among those who listen in one queue', async () => {
    const question = contract();
    const second = await Messaging.connect({ url: natsUrl(), name: 'second' });
    answerer.respond(question, who, async () => ({ text: 'first' }), { queue: 'q' });
    await registered(answerer);
    second.respond(question, who, async () => ({ text: 'second' }), { queue: 'q' });
    await registered(second);
    const asked = Array.from({ length: 60 }, () => asker.request(question, who, { text: 'a' }));
    const answers = (await Promise.all(asked)).map(({ text }) => text);
    expect(new Set(answers)).toEqual(new Set(['first', 'second']));
    await second.close();
  });

  it('is answered busy when too many are under way', async () => {
    const question = contract();
    let release: () => void = () => undefined;
    const open = new Promise<void>((resolve) => (release = resolve));
    answerer.respond(question, who, () => open.then(() => ({ text: 'done' })), { maxConcurrent: 1 });
    await registered(answerer);
    const first = asker.request(question, who, { text: 'a' });
    await wait(50);
    const error = await asker.request(question, who, { text: 'b' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(IdaemonError);
    expect(error).toMatchObject({
      code: 'busy',
      retryAfterMs: new BusyError('', { retryAfterMs: 250 }).retryAfterMs,
    });
    release();
    await expect(first).resolves.toMatchObject({ text: 'done' });
  });
});

describe('while NATS is away', () => {
  it('a request fails at once, and so does one that was under way', async () => {
    const question = contract(30_000);
    answerer.respond(question, who, () => new Promise<never>(() => undefined));
    await registered(answerer);
    const asked = asker.request(question, who, { text: 'a' }).catch((reason: unknown) => reason);
    await wait(50);
    door.shut();
    expect(await asked).toMatchObject({ reason: 'disconnected' });
    await expect(asker.request(question, who, { text: 'a' })).rejects.toMatchObject({
      reason: 'disconnected',
    });
    expect(asker.problem).toMatch(/NATS at 127.0.0.1:\d+ is lost/);
  });

  it('nothing is queued: what failed is not sent when NATS is back', async () => {
    const question = contract();
    const heard: string[] = [];
    answerer.respond(question, who, async ({ text }) => {
      heard.push(text);
      return { text };
    });
    await registered(answerer);
    door.shut();
    while (asker.isConnected) await wait(10);
    await asker.request(question, who, { text: 'lost' }).catch(() => undefined);
    door.reopen();
    await ready(asker);
    await asker.request(question, who, { text: 'heard' });
    expect(heard).toEqual(['heard']);
  });

  it('listeners wait, and listen again by themselves', async () => {
    const question = contract();
    asker.respond(question, who, async ({ text }) => ({ text }));
    await registered(asker);
    door.shut();
    while (asker.isConnected) await wait(10);
    door.reopen();
    await ready(asker);
    await registered(asker);
    await expect(answerer.request(question, who, { text: 'a' })).resolves.toMatchObject({ text: 'a' });
    expect(events.map(({ event }) => event)).toEqual(['connected', 'disconnected', 'reconnected']);
  });

  it('at the start, nobody waits for it: listeners register when it comes', async () => {
    const late = await NatsDoor.open(natsUrl());
    late.shut();
    const told: MessagingEvent[] = [];
    const early = Messaging.open({ url: late.url, name: 'early', onEvent: (event) => told.push(event) });
    const question = contract();
    early.respond(question, who, async ({ text }) => ({ text }));
    await expect(early.request(question, who, { text: 'a' })).rejects.toMatchObject({
      reason: 'disconnected',
    });
    while (told.length === 0) await wait(20);
    expect(told).toMatchObject([{ event: 'connect-failed' }]);
    late.reopen();
    await ready(early);
    await wait(50);
    await expect(asker.request(question, who, { text: 'a' })).resolves.toMatchObject({ text: 'a' });
    await early.close();
    await late.close();
  });

  it('closing does not wait for it', async () => {
    const late = await NatsDoor.open(natsUrl());
    late.shut();
    const early = Messaging.open({ url: late.url, name: 'early' });
    await early.close();
    await late.close();
    expect(early.isConnected).toBe(false);
  });
});

describe('an event', () => {
  const changed: EventContract<z.ZodObject<{ name: z.ZodString }>> = {
    subject: `test.${process.pid}.changed.{what}`,
    payload: z.object({ name: z.string() }),
  };

  it('reaches all who listen, by a wildcard too, and only if it is well formed', async () => {
    const heard: string[] = [];
    answerer.subscribe(changed, { what: '*' }, ({ name }) => heard.push(`any ${name}`));
    await registered(answerer);
    asker.subscribe(changed, { what: 'a' }, ({ name }) => heard.push(`a ${name}`));
    await registered(asker);
    await wait(50);
    answerer.publish(changed, { what: 'a' }, { name: 'x' });
    answerer.publish(changed, { what: 'b' }, { name: 'y' });
    answerer.publish({ ...changed, payload: z.object({ name: z.number() }) }, { what: 'a' }, { name: 1 });
    await wait(100);
    expect(heard.sort()).toEqual(['a x', 'any x', 'any y']);
  });

  it('is not heard after unsubscribe', async () => {
    const heard: string[] = [];
    const listening = asker.subscribe(changed, { what: 'c' }, ({ name }) => heard.push(name));
    await wait(50);
    listening.unsubscribe();
    await wait(50);
    answerer.publish(changed, { what: 'c' }, { name: 'x' });
    await wait(50);
    expect(heard).toEqual([]);
  });
});

describe('closing', () => {
  it('lets the handlers that are at work answer', async () => {
    const question = contract();
    answerer.respond(question, who, async () => {
      await wait(200);
      return { text: 'done' };
    });
    await registered(answerer);
    const asked = asker.request(question, who, { text: 'a' });
    await wait(50);
    await answerer.close();
    await expect(asked).resolves.toMatchObject({ text: 'done' });
    await answerer.close();
  });

  it('is not told as the loss of a connection', async () => {
    await asker.close();
    await wait(50);
    expect(asker.isConnected).toBe(false);
    expect(events).toEqual([{ event: 'connected' }]);
  });
});
