import { describe, expect, it } from 'vitest';
import { nameFilter } from './name-filter.js';

describe('nameFilter', () => {
  it('lets everything through when nothing is said', () => {
    const { schema, table, database } = nameFilter({});
    expect([schema('sales'), table('sales', 'orders'), database('shop')]).toEqual([true, true, true]);
  });

  it('includes schemas by a glob, with all their tables', () => {
    const { schema, table } = nameFilter({ include: ['sales*', 'hr'] });
    expect(['sales', 'sales_eu', 'hr', 'hr2'].map(schema)).toEqual([true, true, true, false]);
    expect(table('sales_eu', 'orders')).toBe(true);
    expect(table('hr2', 'orders')).toBe(false);
  });

  it('includes single tables, and the schemas that hold them', () => {
    const { schema, table } = nameFilter({ include: ['sales.order*'] });
    expect([schema('sales'), schema('hr')]).toEqual([true, false]);
    expect(['orders', 'order_line', 'customer'].map((name) => table('sales', name))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('excludes what is included', () => {
    const { schema, table } = nameFilter({ include: ['sales'], exclude: ['sales.tmp_*', 'hr'] });
    expect([schema('sales'), schema('hr')]).toEqual([true, false]);
    expect([table('sales', 'orders'), table('sales', 'tmp_1'), table('hr', 'pay')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('takes all tables of a schema for the schema', () => {
    const { schema } = nameFilter({ exclude: ['audit.*', 'log.?*'] });
    expect([schema('audit'), schema('log')]).toEqual([false, true]);
  });

  it('knows no special characters in names', () => {
    const { table } = nameFilter({ include: ['*.*x'], exclude: ['{a,b}.*'] });
    expect(table('c', 'p/q.x')).toBe(true);
    expect(table('.c', '.x')).toBe(true);
    expect(table('a', 'x')).toBe(false);
  });

  it('chooses databases', () => {
    const { database } = nameFilter({ databases: ['shop_*', '!(postgres|shop_*|old)'] });
    expect(['shop_1', 'other', 'old', 'postgres'].map(database)).toEqual([true, true, false, false]);
  });
});
