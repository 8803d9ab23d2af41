import { describe, expect, it } from 'vitest';
import { pathFilter } from './path-filter.js';

const all = { include: [], exclude: [], hidden: false };

describe('pathFilter', () => {
  it('takes all but hidden names', () => {
    const filter = pathFilter('/data', all);
    expect(filter.takesFile('/data/a.csv')).toBe(true);
    expect(filter.takesFile('/data/.a.csv')).toBe(false);
    expect(filter.takesFolder('/data/.git')).toBe(false);
    expect(pathFilter('/data', { ...all, hidden: true }).takesFolder('/data/.git')).toBe(true);
  });

  it('includes files by globs that are relative to the root, and folders anyway', () => {
    const filter = pathFilter('/data', { ...all, include: ['**/*.csv', 'top/*'] });
    expect(filter.takesFile('/data/a.csv')).toBe(true);
    expect(filter.takesFile('/data/x/y/a.csv')).toBe(true);
    expect(filter.takesFile('/data/top/a.txt')).toBe(true);
    expect(filter.takesFile('/data/x/top/a.txt')).toBe(false);
    expect(filter.takesFolder('/data/x')).toBe(true);
  });

  it('excludes files and whole folders', () => {
    const filter = pathFilter('/data', { ...all, exclude: ['**/node_modules', 'tmp/**', '**/*.bak'] });
    expect(filter.takesFolder('/data/x/node_modules')).toBe(false);
    expect(filter.takesFolder('/data/tmp')).toBe(false);
    expect(filter.takesFile('/data/x/a.bak')).toBe(false);
    expect(filter.takesFile('/data/a.csv')).toBe(true);
  });

  it('knows names at the root of the file system and names that are not UTF-8', () => {
    expect(pathFilter('/', { ...all, include: ['a/*.csv'] }).takesFile('/a/x.csv')).toBe(true);
    expect(pathFilter('/data', { ...all, include: ['*.csv'] }).takesFile('/data/caf\xe9.csv')).toBe(true);
  });
});
