import { expect, test } from 'vitest';
import { parseStartOptions } from './options.mjs';

test('starts everything by default', () => {
  expect(parseStartOptions([])).toEqual({ isHelp: false, isQuickstart: true, services: undefined });
});

test('takes services as a list, however they are written', () => {
  expect(parseStartOptions(['--services', 'files, database', '--services=files']).services).toEqual([
    'files',
    'database',
  ]);
});

test('leaves the quick start out when asked to', () => {
  expect(parseStartOptions(['--no-quickstart']).isQuickstart).toBe(false);
});

test('refuses what it does not know, and says where to look', () => {
  expect(() => parseStartOptions(['--serivces', 'files'])).toThrow(/--serivces.*--help/);
});
