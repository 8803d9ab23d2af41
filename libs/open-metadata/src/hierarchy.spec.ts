import { describe, expect, it } from 'vitest';
import { entityTypes } from './data/entity-types.js';
import { isSubtypeOf, subtypesOf, supertypesOf } from './hierarchy.js';

describe('the hierarchy of types', () => {
  it('leads from a type up to the root', () => {
    expect(supertypesOf('CSVFile')).toEqual([
      'CSVFile',
      'DataFile',
      'DataStore',
      'Asset',
      'Referenceable',
      'OpenMetadataRoot',
    ]);
  });

  it('leads from a type down to all its subtypes, itself first', () => {
    expect(subtypesOf('DataFile')[0]).toBe('DataFile');
    expect(subtypesOf('DataFile')).toEqual(expect.arrayContaining(['CSVFile', 'LogFile', 'KeystoreFile']));
    expect(subtypesOf('CSVFile')).toEqual(['CSVFile']);
    expect(subtypesOf('OpenMetadataRoot')).toHaveLength(302);
  });

  it('says the same upwards and downwards', () => {
    for (const ancestor of Object.keys(entityTypes)) {
      const below = Object.keys(entityTypes).filter((type) => isSubtypeOf(type, ancestor));
      expect([...subtypesOf(ancestor)].sort()).toEqual(below.sort());
    }
  });

  it('counts a type as its own subtype, and never as one of its subtypes', () => {
    expect(isSubtypeOf('Asset', 'Asset')).toBe(true);
    expect(isSubtypeOf('Database', 'Asset')).toBe(true);
    expect(isSubtypeOf('Asset', 'Database')).toBe(false);
  });

  it('holds for relationships and classifications too', () => {
    expect(isSubtypeOf('DatabaseServer', 'ServerPurpose')).toBe(true);
    expect(isSubtypeOf('SoftwareServerSupportedCapability', 'SupportedSoftwareCapability')).toBe(true);
  });

  it.each(['Nonsense', 'constructor', '__proto__', ''])('knows no type %j', (name) => {
    expect(supertypesOf(name)).toEqual([]);
    expect(subtypesOf(name)).toEqual([]);
    expect(isSubtypeOf(name, 'Asset')).toBe(false);
    expect(isSubtypeOf('Asset', name)).toBe(false);
  });
});
