import { describe, expect, test } from 'vitest';
import { inPlainWords, LauncherError } from './failure.mjs';

describe('what the launcher says', () => {
  test('names the thing, the cause and the next step', () => {
    const error = new LauncherError('Port 7400', 'it is taken.', 'Stop the program that listens there.');
    expect(inPlainWords(error)).toBe('Port 7400: it is taken. Stop the program that listens there.');
  });

  test.each([
    ['ENOSPC', 'the disk is full'],
    ['EACCES', 'access is denied'],
    ['EROFS', 'read-only'],
    ['EMFILE', 'too many files'],
  ])('explains %s of a file', (code, words) => {
    const error = Object.assign(new Error(`${code}: …, open '/data/x'`), { code, path: '/data/x' });
    expect(inPlainWords(error)).toContain('/data/x');
    expect(inPlainWords(error)).toContain(words);
  });

  test('names the target of a copy that found the disk full', () => {
    const error = Object.assign(new Error('…'), { code: 'ENOSPC', path: '/from', dest: '/to' });
    expect(inPlainWords(error)).toMatch(/^\/to: /);
  });

  test('knows a full disk by the code of Postgres, too', () => {
    const error = Object.assign(new Error('could not extend file "base/1/2"'), { code: '53100' });
    expect(inPlainWords(error)).toMatch(/^PostgreSQL: the disk is full. Free some space/);
  });

  test('never shows a stack', () => {
    expect(inPlainWords(new Error('something odd'))).toBe('The launcher: something odd');
  });
});
