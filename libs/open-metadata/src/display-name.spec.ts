import { describe, expect, it } from 'vitest';
import { displayNameOf } from './display-name.js';

describe('the display name of an element', () => {
  it('is its displayName before its name', () => {
    const properties = { name: 'orders', displayName: 'Orders' };
    expect(displayNameOf('RelationalColumn', properties, 'x')).toBe('Orders');
    expect(displayNameOf('CSVFile', { name: 'orders.csv' }, 'x')).toBe('orders.csv');
  });

  it.each([
    ['GovernancePolicy', { title: 'Keep it safe', summary: 'Long text' }, 'Keep it safe'],
    ['InformalTag', { tagName: 'urgent' }, 'urgent'],
    ['UserIdentity', { userId: 'mara', distinguishedName: 'cn=mara' }, 'mara'],
    ['SearchKeyword', { keyword: 'sales' }, 'sales'],
  ])('of a %s is the attribute that names it', (type, properties, expected) => {
    expect(displayNameOf(type, properties, 'x')).toBe(expected);
  });

  it.each([
    ['CSVFile::host:/data/orders.csv', 'orders.csv'],
    ['RelationalTable::shop.public.orders', 'shop.public.orders'],
    ['FileFolder::host:/data/landing/', 'landing'],
    ['C:\\data\\orders.csv', 'orders.csv'],
    ['landing-zone', 'landing-zone'],
    ['Topic::', 'Topic::'],
    ['/', '/'],
  ])('is the last part of the qualified name %s when nothing names it', (qualifiedName, expected) => {
    expect(displayNameOf('CSVFile', { name: ' ', displayName: null }, qualifiedName)).toBe(expected);
  });

  it('never uses what a type does not call a name', () => {
    expect(displayNameOf('GlossaryTerm', { summary: 'A person who buys' }, 'Term::customer')).toBe(
      'customer',
    );
  });
});
