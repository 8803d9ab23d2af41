import fc from 'fast-check';
import { bodyOf, corpus } from './corpus.js';

type Json = unknown;
type Path = readonly (string | number)[];

const maxSeedLength = 6_000;
const seeds = corpus
  .map(({ event }) => event)
  .filter((event) => JSON.stringify(event).length <= maxSeedLength);

/** What senders put where something else is meant, and what breaks careless readers. */
const oddValue: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, -1, 1e308, 4657867867867867867n.toString(), '', [], {}, [null], [[]]),
  fc.constantFrom(
    '\u0000',
    '\ud800',
    '__proto__',
    'constructor',
    '../..',
    'a|b',
    '\\',
    '::',
    '2026-11-21T10:00:00+14:00',
  ),
  fc.constantFrom(
    'START',
    'complete',
    'https://example.org/x#/$defs/DatasetEvent',
    'file',
    's3://b',
    'kafka://k:9092',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.integer({ min: 1, max: 300 }).map((depth) => nested(depth)),
  fc.record({ namespace: fc.string(), name: fc.string() }),
  fc.record({ _deleted: fc.boolean() }),
  fc.jsonValue({ maxDepth: 3 }),
);

const oddKey = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'run',
  'job',
  'dataset',
  'inputs',
  'facets',
  'a.b',
  '',
  '~/',
);

interface Mutation {
  kind: 'replace' | 'remove' | 'rename' | 'add' | 'repeat';
  at: number;
  value: Json;
  key: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('replace', 'remove', 'rename', 'add', 'repeat'),
  at: fc.nat({ max: 0x7fff_ffff }),
  value: oddValue,
  key: oddKey,
});

/** A real event, changed in some places. */
export const mutatedEvent: fc.Arbitrary<Record<string, Json>> = fc
  .tuple(fc.constantFrom(...seeds), fc.array(mutation, { maxLength: 4 }))
  .map(([seed, mutations]) => mutations.reduce(mutate, structuredClone(seed)));

/** Its bytes, sometimes changed too. */
export const mutatedBody: fc.Arbitrary<Buffer> = fc
  .tuple(
    mutatedEvent,
    fc.option(fc.record({ at: fc.nat(), bytes: fc.uint8Array({ maxLength: 4 }), cut: fc.nat({ max: 4 }) }), {
      freq: 4,
    }),
  )
  .map(([event, change]) => {
    const body = bodyOf(event);
    if (!change) return body;
    const at = change.at % (body.length + 1);
    return Buffer.concat([body.subarray(0, at), change.bytes, body.subarray(at + change.cut)]);
  });

function mutate(event: Record<string, Json>, { kind, at, value, key }: Mutation): Record<string, Json> {
  const places = [...placesIn(event)];
  const path = places[at % places.length];
  if (!path) return event;
  const holder = valueAt(event, path.slice(0, -1)) as Record<string, Json>;
  const last = path.at(-1)!;
  if (kind === 'remove' && Array.isArray(holder)) holder.splice(Number(last), 1);
  else if (kind === 'remove') delete holder[last];
  else if (kind === 'replace') define(holder, last, value);
  else if (kind === 'repeat' && Array.isArray(holder)) holder.push(structuredClone(holder[Number(last)]));
  else if (!Array.isArray(holder)) define(holder, key, kind === 'rename' ? holder[last] : value);
  return event;
}

/** By definition: an assignment to `__proto__` would set the prototype. */
function define(holder: object, key: string | number, value: Json): void {
  Object.defineProperty(holder, key, {
    value: structuredClone(value),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function* placesIn(value: Json, path: Path = []): Generator<Path> {
  if (value === null || typeof value !== 'object') return;
  for (const [key, member] of Object.entries(value)) {
    const place = [...path, Array.isArray(value) ? Number(key) : key];
    yield place;
    yield* placesIn(member, place);
  }
}

function valueAt(value: Json, path: Path): Json {
  return path.reduce<Json>((holder, key) => Object.getOwnPropertyDescriptor(holder, key)?.value, value);
}

function nested(depth: number): Json {
  let value: Json = 1;
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { a: value };
  return value;
}
