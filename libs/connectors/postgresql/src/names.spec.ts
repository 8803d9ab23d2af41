import { describe, expect, it } from 'vitest';
import { locator, qualifiedName } from './names.js';

describe('names', () => {
  it('say where a thing is', () => {
    expect(qualifiedName('DatabaseManager', 'db:5432')).toBe('DatabaseManager::db:5432');
    expect(qualifiedName('RelationalTable', 'db:5432', ['shop', 'public', 'orders'])).toBe(
      'RelationalTable::db:5432/shop.public.orders',
    );
  });

  it('are those of OpenLineage in locators', () => {
    expect(locator('db:5432', ['shop', 'public', 'orders'])).toEqual({
      namespace: 'postgres://db:5432',
      name: 'shop.public.orders',
    });
  });

  it('tell things apart whose names have dots and quotes', () => {
    const names = [
      ['a.b', 'c'],
      ['a', 'b.c'],
      ['a', 'b', 'c'],
      ['"a', 'b"', 'c'],
      ['"a.b"', 'c'],
    ];
    expect(new Set(names.map((path) => qualifiedName('RelationalTable', 'db:5432', path))).size).toBe(5);
  });
});
