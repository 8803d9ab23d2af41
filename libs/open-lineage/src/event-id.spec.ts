import fc from 'fast-check';
import { createHash, randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { entityKey } from './entity-key.js';
import { eventIdOf, streamOf } from './event-id.js';

it('identifies an event by all of its bytes', () => {
  const bytes = Buffer.from('{"a":1}');
  expect(eventIdOf(bytes)).toEqual(createHash('sha256').update(bytes).digest());
  expect(eventIdOf(bytes)).not.toEqual(eventIdOf(Buffer.from('{"a": 1}')));
});

it('keeps the stream of an ordering key for ever: events that are stored already depend on it', () => {
  const keys = ['run:a', 'run:b', 'job:shop/orders', 'dataset:s3://lake/ä'];
  expect(keys.map((key) => streamOf(key, 8))).toEqual([1, 1, 4, 4]);
});

it('spreads runs evenly over the streams', () => {
  const counts = new Array<number>(8).fill(0);
  for (let index = 0; index < 8_000; index++) counts[streamOf(`run:${randomUUID()}`, 8)]!++;
  for (const count of counts) expect(count).toBeGreaterThan(800);
});

it('gives two entities two keys, however their namespaces and names are cut', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '|', '\\', '/'), maxLength: 6 });
  fc.assert(
    fc.property(text, text, text, text, (namespaceA, nameA, namespaceB, nameB) => {
      const isSame = namespaceA === namespaceB && nameA === nameB;
      expect(entityKey(namespaceA, nameA) === entityKey(namespaceB, nameB)).toBe(isSame);
    }),
    { numRuns: 5_000 },
  );
});
