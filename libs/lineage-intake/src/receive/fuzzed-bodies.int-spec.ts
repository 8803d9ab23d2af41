import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  receivingServers,
  startReceiving,
  type ReceivingApp,
  type ReceivingServers,
} from '../testing/receiving-app.js';
import { post } from '../testing/sent-events.js';

const isFull = process.env.IDAEMON_TEST_FULL === '1';
const bodiesAtOnce = 25;

let servers: ReceivingServers;
let app: ReceivingApp;

beforeAll(async () => {
  servers = await receivingServers();
  app = await startReceiving(servers);
});

afterAll(async () => {
  await app.close();
  await servers.drop();
});

const corpus = new URL('../../../open-lineage/__fixtures__/corpus/', import.meta.url);
const events = readdirSync(corpus)
  .flatMap((file) => readFileSync(new URL(file, corpus), 'utf8').trim().split('\n'))
  .map((line) => JSON.stringify((JSON.parse(line) as { event: unknown }).event))
  .filter((text) => text.length < 8_000);

const fragments = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\u0000',
  '\\ud800',
  'null',
  '1e999',
  '-',
  '\xff',
  '\0',
];

/** A real event with pieces cut out, doubled, or replaced by what parsers stumble over. */
const damaged = fc
  .tuple(
    fc.constantFrom(...events),
    fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40), fc.constantFrom(...fragments, '')),
      {
        maxLength: 4,
      },
    ),
    fc.constantFrom('latin1' as const, 'utf8' as const),
  )
  .map(([text, cuts, encoding]) => {
    const changed = cuts.reduce((sum, [place, length, fragment]) => {
      const at = Math.floor(place * sum.length);
      return sum.slice(0, at) + fragment + sum.slice(at + length);
    }, text);
    return Buffer.from(changed, encoding);
  });

test(
  'no body, however damaged, is answered by anything but 201, 400 or, in a batch, 200',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(damaged, { minLength: bodiesAtOnce, maxLength: bodiesAtOnce }),
        fc.boolean(),
        fc.boolean(),
        async (bodies, isBatch, isZipped) => {
          const url = `${app.url}/api/v1/lineage${isBatch ? '/batch' : ''}`;
          const headers = isZipped ? { 'content-encoding': 'gzip' } : {};
          const answers = await Promise.all(
            bodies
              .map((body) => (isBatch ? Buffer.concat([Buffer.from('['), body, Buffer.from(']')]) : body))
              .map((body) => post(url, isZipped ? gzipSync(body) : body, headers as Record<string, string>)),
          );
          const expected = isBatch ? [200, 400] : [201, 400];
          expect(answers.filter(({ status }) => !expected.includes(status))).toEqual([]);
        },
      ),
      { numRuns: isFull ? 4_000 : 40 },
    );
    expect(app.logged.filter((line) => line.includes('could not be answered'))).toEqual([]);
  },
  isFull ? 30 * 60_000 : 120_000,
);
