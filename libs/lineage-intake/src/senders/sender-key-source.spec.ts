import type { SenderKey } from '@idaemon/contracts';
import { describe, expect, it } from 'vitest';
import { SenderKeySource } from './sender-key-source.js';
import type { KnownKeys } from './sender-key.repository.js';

const keyOf = (revokedAt: string | null): SenderKey => ({
  ...{ id: '00000000-0000-4000-8000-000000000000', name: 'a', hash: 'a'.repeat(64), namespaces: [] },
  revokedAt,
});
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A daemon whose answers come when they are told to. */
function sourceOf(replace: (known: KnownKeys) => Promise<boolean> = async () => true) {
  const daemon = { revision: 1, key: keyOf(null) };
  const answers: (() => void)[] = [];
  const read: KnownKeys[] = [];
  const kept: KnownKeys[] = [];
  const failures: unknown[] = [];
  const request = () => {
    const page = { revision: daemon.revision, items: [daemon.key], next: null };
    return new Promise((resolve) => answers.push(() => resolve(page)));
  };
  const source = new SenderKeySource({
    messaging: { request, subscribe: () => ({ unsubscribe: () => undefined }) } as never,
    stored: {
      replace: (known) => {
        kept.push(known);
        return replace(known);
      },
    },
    onRead: (known) => read.push(known),
    onFailure: (error) => failures.push(error),
    onNotKept: (error) => failures.push(error),
  });
  const answer = async () => {
    answers.shift()?.();
    await settled();
  };
  const revoke = () => Object.assign(daemon, { revision: 2, key: keyOf('2026-11-21T12:00:00.000Z') });
  return { source, read, kept, failures, answers, answer, revoke };
}

describe('the source of sender keys', () => {
  it('reads once at a time, and once more for all who ask meanwhile', async () => {
    const { source, read, answers, answer, revoke } = sourceOf();
    const early = source.read();
    revoke();
    const late = Promise.all([source.read(), source.read()]);
    expect(answers).toHaveLength(1);
    await answer();
    await early;
    expect(answers).toHaveLength(1);
    await answer();
    await late;
    expect(read.map(({ revision }) => revision)).toEqual([1, 2]);
    expect(answers).toHaveLength(0);
  });

  it('tells a revocation at once while Postgres does not answer, and keeps the last list only', async () => {
    let store: (isTaken: boolean) => void = () => undefined;
    const { source, read, kept, answer, revoke } = sourceOf(
      () => new Promise((resolve) => (store = resolve)),
    );
    for (const change of [() => undefined, () => undefined, revoke]) {
      change();
      const reading = source.read();
      await answer();
      await reading;
    }
    expect(read.at(-1)?.revision).toBe(2);
    expect(kept.map(({ revision }) => revision)).toEqual([1]);
    store(true);
    await settled();
    expect(kept.map(({ revision }) => revision)).toEqual([1, 2]);
  });

  it('writes a list once, and again when it could not be kept', async () => {
    const outcomes = [Promise.reject(new Error('full')), Promise.resolve(false), Promise.resolve(true)];
    outcomes[0]?.catch(() => undefined);
    const { source, kept, failures, answer } = sourceOf(() => outcomes.shift() ?? Promise.resolve(true));
    for (let time = 0; time < 6; time++) {
      const reading = source.read();
      await answer();
      await reading;
      await settled();
    }
    expect(kept).toHaveLength(3);
    expect(failures).toHaveLength(1);
  });
});
