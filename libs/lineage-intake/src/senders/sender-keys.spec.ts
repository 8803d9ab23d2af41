import { createHash } from 'node:crypto';
import type { SenderKey } from '@idaemon/contracts';
import { describe, expect, it } from 'vitest';
import type { KnownKeys } from './sender-key.repository.js';
import { SenderKeys } from './sender-keys.js';
import { opennessOf } from './open-to-all.js';
import type { LineageEnvironment } from '../lineage-environment.js';

const keyOf = (name: string): SenderKey => ({
  id: '00000000-0000-4000-8000-000000000000',
  name,
  hash: createHash('sha256').update(`key-of-${name}`).digest('hex'),
  namespaces: [],
  revokedAt: null,
});
const bearer = (name: string) => ({ authorization: `Bearer key-of-${name}` });

function senderKeys(options: { isOpen?: boolean; read?: () => KnownKeys | undefined } = {}) {
  const clock = { nowMs: 0, reads: 0 };
  const keys: SenderKeys = new SenderKeys({
    isOpen: () => options.isOpen ?? false,
    refresh: async () => {
      clock.reads += 1;
      const known = options.read?.();
      if (known) keys.take(known);
    },
    nowMs: () => clock.nowMs,
  });
  return { keys, clock };
}

describe('sender keys', () => {
  it('tells a key that is unknown from keys that could never be read', () => {
    const { keys } = senderKeys();
    expect(keys.judge(bearer('a'))).toBe('unread');
    keys.take({ revision: 1, keys: [keyOf('b')] });
    expect(keys.judge(bearer('a'))).toBe('unknown');
    expect(keys.judge(bearer('b'))).toMatchObject({ name: 'b' });
  });

  it('needs no key where it is open, but takes no wrong one', () => {
    const { keys } = senderKeys({ isOpen: true });
    keys.take({ revision: 1, keys: [] });
    expect(keys.judge({})).toMatchObject({ name: 'anonymous' });
    expect(keys.judge(bearer('a'))).toBe('unknown');
  });

  it('reads once for all who ask at once, and at most once a second', async () => {
    const { keys, clock } = senderKeys({ read: () => ({ revision: 1, keys: [keyOf('a')] }) });
    const verdicts = await Promise.all([1, 2, 3].map(() => keys.judgeAgain(bearer('a'))));
    expect(verdicts).toEqual([keyOf('a'), keyOf('a'), keyOf('a')]);
    await keys.judgeAgain(bearer('nobody'));
    expect(clock.reads).toBe(1);
    clock.nowMs = 1_500;
    await keys.judgeAgain(bearer('nobody'));
    expect(clock.reads).toBe(2);
  });

  it('keeps what it knows while the daemon is away', async () => {
    const { keys } = senderKeys({ read: () => undefined });
    keys.take({ revision: 1, keys: [keyOf('a')] });
    expect(await keys.judgeAgain(bearer('a'))).toMatchObject({ name: 'a' });
  });
});

describe('who may send without a key', () => {
  const at = (host: string, senders?: 'known' | 'any', headers: Record<string, string> = {}) =>
    opennessOf({ IDAEMON_HOST: host, IDAEMON_LINEAGE_SENDERS: senders } as LineageEnvironment)(headers);
  const through = (audience: string) => ({ 'idaemon-front-door': audience });

  it.each(['127.0.0.1', '127.8.0.1', 'localhost', '::1'])('anybody of this machine, on %s', (host) => {
    expect(at(host)).toBe(true);
    expect(at(host, 'known')).toBe(false);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', 'example.org', '127.evil.example'])('nobody on %s', (host) => {
    expect(at(host)).toBe(false);
    expect(at(host, 'any')).toBe(true);
  });

  it('through the daemon: anybody of this machine where nobody else reaches it', () => {
    expect(at('127.0.0.1', undefined, through('this-machine'))).toBe(true);
    expect(at('127.0.0.1', 'known', through('this-machine'))).toBe(false);
    expect(at('0.0.0.0', undefined, through('this-machine'))).toBe(false);
  });

  it.each(['network', 'this-machine, network', ''])('through the daemon: nobody of "%s"', (audience) => {
    expect(at('127.0.0.1', undefined, through(audience))).toBe(false);
    expect(at('127.0.0.1', 'any', through(audience))).toBe(true);
  });
});
