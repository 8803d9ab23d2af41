import { expect, it } from 'vitest';
import { Redaction } from './redaction.js';

it('hides a value while it is known', () => {
  const redaction = new Redaction();
  const reveal = redaction.hide(['s3cret!']);
  expect(redaction.text('login with s3cret! failed')).toBe('login with *** failed');
  reveal();
  expect(redaction.text('login with s3cret! failed')).toBe('login with s3cret! failed');
});

it('keeps hiding a value that another connector has too', () => {
  const redaction = new Redaction();
  const first = redaction.hide(['s3cret!']);
  redaction.hide(['s3cret!']);
  first();
  first();
  expect(redaction.text('s3cret!')).toBe('***');
});

it('hides the password of any URL', () => {
  expect(new Redaction().text('cannot reach postgresql://reader:hunter2@db:5432/shop')).toBe(
    'cannot reach postgresql://reader:***@db:5432/shop',
  );
});

it('hides a value as it looks in JSON and in a URL', () => {
  const redaction = new Redaction();
  redaction.hide(['p"ss w/rd']);
  expect(redaction.text(JSON.stringify({ text: 'p"ss w/rd' }))).toBe('{"text":"***"}');
  expect(redaction.text(encodeURIComponent('p"ss w/rd'))).toBe('***');
});

it('leaves JSON what it is, though a secret looks like a number or a key', () => {
  const redaction = new Redaction();
  redaction.hide(['12345', 'level']);
  const line = redaction.json('{"level":"info","pid":12345,"message":"12345 is wrong"}');
  expect(JSON.parse(line)).toMatchObject({ pid: 12345, message: '*** is wrong' });
});

it('hides the longer of two values that overlap', () => {
  const redaction = new Redaction();
  redaction.hide(['abcd', 'abcdefgh']);
  expect(redaction.text('abcdefgh')).toBe('***');
});

it('ignores values too short to be secrets', () => {
  const redaction = new Redaction();
  redaction.hide(['a', '']);
  expect(redaction.text('a banana')).toBe('a banana');
});
