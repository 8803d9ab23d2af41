import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutBatch } from './cut-batch.js';
import { MalformedEventError } from './malformed-event.error.js';

function cut(text: string): string[] {
  const body = Buffer.from(text);
  return cutBatch(body).map(({ start, end }) => body.toString('utf8', start, end));
}

describe('a batch', () => {
  it('is cut into the bytes of its elements, as they were written', () => {
    expect(cut('[]')).toEqual([]);
    expect(cut(' [ \n] ')).toEqual([]);
    expect(cut('[{"a" : 1.0}, {"b":[1,{"c":"],[\\"}"}]} ,7]')).toEqual([
      '{"a" : 1.0}',
      '{"b":[1,{"c":"],[\\"}"}]}',
      '7',
    ]);
    expect(cut('\uFEFF[{"snapshot":4657867867867867867}]')).toEqual(['{"snapshot":4657867867867867867}']);
  });

  it('is cut where the parser sees its elements', () => {
    fc.assert(
      fc.property(
        fc.array(fc.json(), { maxLength: 20 }),
        fc.constantFrom('', ' ', '\n\t'),
        (items, space) => {
          const text = `[${items.map((item) => `${space}${item}${space}`).join(',')}]`;
          expect(cut(text).map((item) => JSON.parse(item) as unknown)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it.each([
    '',
    '{}',
    '"[]"',
    '[',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '[1 2',
    '[{]}',
    '[}',
    '[1]]',
    '[1]x',
    '["a]',
    '[[1]',
  ])('that is %j cannot be cut', (text) => {
    expect(() => cut(text)).toThrow(MalformedEventError);
  });

  it('has at most the given number of events', () => {
    const body = Buffer.from(`[${'1,'.repeat(1_000)}1]`);
    expect(() => cutBatch(body)).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ keyword: 'maxItems' })] }),
    );
    expect(cutBatch(body, { maxEvents: 1_001 })).toHaveLength(1_001);
  });

  it('throws nothing but MalformedEventError, whatever the bytes', () => {
    const piece = fc.constantFrom('[', ']', '{', '}', '"', '\\', ',', ' ', '1', '"a"', '\u00e9');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = `[${pieces.join('')}`;
        try {
          expect(cut(text).join('')).not.toBe(undefined);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedEventError);
          expect(() => JSON.parse(text) as unknown).toThrow();
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
