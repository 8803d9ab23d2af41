/** Real events with odd values at the places that readers, the store and the catalogue look at. */
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';

type Json = unknown;
type Path = readonly string[];

const corpus = new URL('../../../libs/open-lineage/__fixtures__/corpus/', import.meta.url);
const maxSeedLength = 10_000;
const seeds: Json[] = readdirSync(corpus)
  .flatMap((file) => readFileSync(new URL(file, corpus), 'utf8').trim().split('\n'))
  .filter((line) => line.length < maxSeedLength)
  .map((line) => (JSON.parse(line) as { event: Json }).event);

/** Names that end a quotation, a path, a key, a pattern or an index row somewhere. */
const oddNames = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '/',
    '::',
    '\\',
    '|',
    '%',
    '_',
    "'",
    '"',
    '"a.b"."c"',
    '$1',
    '${x}',
    '{}',
    '\u0000',
  ],
  ...['\ud800', '\udc00x', '\u202e', '💥'.repeat(50), 'ß', 'İ', 'e\u0301', '\u00e9', '\r\n', '\t', '\ufeff'],
  ...['__proto__', 'constructor', 'toString', 'null', 'undefined', '-0', 'a'.repeat(3_000), 'é'.repeat(700)],
  ...[
    's3://b',
    'file',
    'file:',
    'postgres://',
    'postgres://h:99999',
    'kafka://k:9092',
    'bigquery',
    'hive://h:1',
  ],
  ...['s3://b/../c?d=e', 'http://[::1', 'postgres://user:secret@h', 'POSTGRESQL://H', 'a://b://c'],
];
const oddTimes = [
  ...[
    '2026-11-21T10:00:00+14:00',
    '2026-02-30T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999999Z',
  ],
  ...[
    '2016-12-31T23:59:60Z',
    '2026-11-21',
    '2026-11-21T10:00:00',
    '20261121T100000Z',
    '+010000-01-01T00:00:00Z',
  ],
  ...['-000001-01-01T00:00:00Z', '1969-12-31T23:59:59.1Z', '2026-11-21t10:00:00z', '2026-11-21T24:00:00Z'],
];
const oddValue: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...oddNames) },
  { weight: 1, arbitrary: fc.constantFrom(...oddTimes) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Json>(null, true, 0, -1, 1e308, 2 ** 53, -0.5, [], {}, [[]], [null], [{}], {
      '': '',
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom('START', 'COMPLETE', 'FAIL', 'OTHER', 'start', 'DROP', 'RENAME') },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }).map((depth) => nested(depth)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

const change = fc.record({
  kind: fc.constantFrom('replace', 'replace', 'remove', 'rename', 'add', 'double', 'graft'),
  at: fc.nat(),
  from: fc.nat(),
  value: oddValue,
  key: fc.constantFrom(
    ...oddNames,
    'facets',
    'schema',
    'columnLineage',
    'symlinks',
    'inputs',
    'run',
    'dataset',
  ),
});
type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

/** A body, and whether it is packed, posted alone or as the batch that it is then. */
export interface FuzzedRequest {
  body: Buffer;
  isBatch: boolean;
  isPacked: boolean;
}

const event = fc
  .tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 5 }))
  .map(([seed, changes]) => changes.reduce(changed, structuredClone(seed)));

const request: fc.Arbitrary<FuzzedRequest> = fc
  .record({
    events: fc.array(event, { minLength: 1, maxLength: 4 }),
    isBatch: fc.boolean(),
    isPacked: fc.boolean(),
    cut: fc.option(fc.record({ at: fc.nat(), bytes: fc.uint8Array({ maxLength: 4 }) }), { freq: 12 }),
  })
  .map(({ events, isBatch, isPacked, cut }) => {
    const text = Buffer.from(JSON.stringify(isBatch ? events : events[0]));
    const at = cut ? cut.at % text.length : 0;
    const body = cut ? Buffer.concat([text.subarray(0, at), cut.bytes, text.subarray(at + 1)]) : text;
    return { body: isPacked ? gzipSync(body) : body, isBatch, isPacked };
  });

/** The same for the same seed. */
export function fuzzedRequests(count: number, seed: number): FuzzedRequest[] {
  return fc.sample(request, { numRuns: count, seed });
}

function changed(event: Json, { kind, at, from, value, key }: Change): Json {
  const places = [...placesIn(event)];
  const path = places[at % places.length];
  if (!path) return event;
  const holder = valueAt(event, path.slice(0, -1)) as Record<string, Json>;
  const last = path.at(-1)!;
  if (kind === 'remove') Reflect.deleteProperty(holder, last);
  else if (kind === 'replace') put(holder, last, value);
  else if (kind === 'add') put(holder, key, value);
  else if (kind === 'rename') put(holder, key, holder[last]);
  else if (kind === 'graft') put(holder, last, valueAt(event, places[from % places.length]!));
  else if (Array.isArray(holder)) holder.push(...(structuredClone(holder) as Json[]));
  return event;
}

/** Not by assignment: that would set a prototype. A copy: a part of an event may hold what it is put into. */
function put(holder: object, key: string, value: Json): void {
  const property = { value: structuredClone(value), enumerable: true, configurable: true, writable: true };
  // Of an array, only what has a place.
  if (Array.isArray(holder) && !/^\d{1,3}$/.test(key)) holder.push(property.value);
  else Object.defineProperty(holder, key, property);
}

function* placesIn(value: Json, path: Path = []): Generator<Path> {
  if (value === null || typeof value !== 'object') return;
  for (const [key, member] of Object.entries(value)) {
    yield [...path, key];
    yield* placesIn(member, [...path, key]);
  }
}

function valueAt(value: Json, path: Path): Json {
  return path.reduce<Json>((holder, key) => (holder as Record<string, Json>)[key], value);
}

function nested(depth: number): Json {
  return depth === 0 ? 1 : { a: nested(depth - 1) };
}
