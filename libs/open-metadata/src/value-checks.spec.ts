import { describe, expect, it } from 'vitest';
import { valueCheckOf } from './value-checks.js';

describe('the check of a value', () => {
  it.each([
    ['string', ''],
    ['string', 'Größe 😀'],
    ['char', 'x'],
    ['boolean', false],
    ['byte', -128],
    ['short', 32_767],
    ['int', -2_147_483_648],
    ['long', 9_007_199_254_740_991],
    ['float', 0.1],
    ['double', -1e300],
    ['biginteger', '123456789012345678901234567890'],
    ['bigdecimal', '-3.14'],
    ['date', '2024-05-31T10:15:30Z'],
    ['date', '2024-02-29T23:59:59.999Z'],
    ['date', new Date(8.64e15).toISOString()],
    ['date', new Date(-8.64e15).toISOString()],
    ['array<string>', []],
    ['array<string>', ['a', 'b']],
    ['array<int>', [1, 2]],
    ['map<string,string>', {}],
    ['map<string,long>', { a: 2 ** 40 }],
    ['map<string,boolean>', { a: true }],
    ['map<string,object>', { a: [1, 'b', null, { c: false }] }],
    ['object', null],
    ['MediaType', 'Image'],
  ] as const)('takes for %s the value %j', (type, value) => {
    expect(valueCheckOf(type)(value)).toBeUndefined();
  });

  it.each([
    ['string', 1, 'must be a text, not 1'],
    ['string', null, 'must be a text, not null; leave the attribute out instead'],
    ['string', 'a\0b', 'must not contain NUL characters or broken Unicode'],
    ['string', 'a\ud800', 'must not contain NUL characters or broken Unicode'],
    ['char', 'xy', 'must be a single character, not a text'],
    ['boolean', 'true', 'must be true or false, not a text'],
    ['byte', 128, 'must be a whole number from -128 to 127, not 128'],
    ['int', 2_147_483_648, 'must be a whole number from -2147483648 to 2147483647, not 2147483648'],
    ['int', 1.5, 'must be a whole number from -2147483648 to 2147483647, not 1.5'],
    ['int', '1', 'must be a whole number from -2147483648 to 2147483647, not a text'],
    ['double', NaN, 'must be a number, not NaN'],
    ['biginteger', 12, 'must be a whole number as text, such as "42", not 12'],
    ['bigdecimal', '1,5', 'must be a decimal number as text, such as "3.14", not a text'],
    ['array<string>', 'a', 'must be an array of texts, not a text'],
    ['array<string>', ['a', 2], 'item 1 must be a text, not 2'],
    ['map<string,string>', ['a'], 'must be an object, not an array'],
    ['map<string,string>', { a: 1 }, 'member "a" must be a text, not 1'],
    [
      'map<string,string>',
      { 'a\0': '' },
      'member "a\\u0000" must not contain NUL characters or broken Unicode',
    ],
    [
      'map<string,object>',
      { a: { b: [undefined] } },
      'member "a" member "b" item 0 must be a JSON value, not undefined',
    ],
    [
      'MediaType',
      'image',
      'must be a value of MediaType (Image, Audio, Document, Video, Other), not "image"; did you mean Image?',
    ],
    ['MediaType', 0, 'must be a value of MediaType: Image, Audio, Document, Video, Other, not 0'],
  ] as const)('refuses for %s the value %j and says why', (type, value, message) => {
    expect(valueCheckOf(type)(value)).toBe(message);
  });

  it.each([
    '2024-05-31',
    '2024-05-31T10:15:30',
    '2024-05-31T10:15:30+02:00',
    '2024-13-01T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2024-05-31T24:00:00Z',
    '31.05.2024',
    'now',
  ])('takes %s for no date in UTC', (value) => {
    expect(valueCheckOf('date')(value)).toBe(
      'must be a date in UTC, such as 2024-05-31T10:15:30.000Z, not a text',
    );
  });

  it('tells a Date how to become a text', () => {
    expect(valueCheckOf('date')(new Date(0))).toContain('use its toISOString()');
  });
});
