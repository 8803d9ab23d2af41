import { describe, expect, it } from 'vitest';
import { namesFor } from './qualified-names.js';

describe('qualified names', () => {
  it('say the type that the name of the file tells, the host and the path', () => {
    const names = namesFor('db1');
    expect(names.folder('/data')).toBe('FileFolder::db1:/data');
    expect(names.file('/data/orders.csv')).toBe('CSVFile::db1:/data/orders.csv');
    expect(names.file('/data/orders')).toBe('DataFile::db1:/data/orders');
    expect(names.schemaType('/data/orders.csv')).toBe('TabularSchemaType::db1:/data/orders.csv');
    expect(names.column('/data/orders.csv', 'id')).toBe('TabularFileColumn::db1:/data/orders.csv::id');
  });

  it('go with the names that OpenLineage gives files', () => {
    expect(namesFor('db1').locators('/a/b.csv')).toEqual([{ namespace: 'file://db1', name: '/a/b.csv' }]);
    expect(namesFor('db1', ['file', 'file://nas']).locators('/a')).toEqual([
      { namespace: 'file', name: '/a' },
      { namespace: 'file://nas', name: '/a' },
    ]);
  });
});
