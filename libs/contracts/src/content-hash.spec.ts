import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, contentHash } from './content-hash.js';

const element = {
  type: 'CSVFile',
  qualifiedName: 'CSVFile::host:/a.csv',
  properties: { name: 'a.csv', pathName: '/a.csv' },
};

describe('the content hash', () => {
  it('is the same whatever the order of keys', () => {
    const { type, qualifiedName, properties } = element;
    const turned = {
      properties: { pathName: properties.pathName, name: properties.name },
      qualifiedName,
      type,
    };
    expect(contentHash(turned)).toBe(contentHash(element));
  });

  it('changes with a value, a name, a classification or a relationship', () => {
    const other = { type: 'FileFolder', qualifiedName: 'FileFolder::host:/' };
    const variants = [
      { ...element, properties: { ...element.properties, name: 'b.csv' } },
      { ...element, qualifiedName: 'CSVFile::host:/b.csv' },
      { ...element, classifications: { DataStoreEncoding: { encoding: 'utf-8' } } },
      { ...element, relationships: [{ type: 'NestedFile', otherEnd: 1 as const, other }] },
    ];
    const hashes = [element, ...variants].map(contentHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('does not change from one release to the next', () => {
    expect(contentHash(element)).toBe('I0MFMwRG3EP6dCiv-VsmTy');
  });

  it('leaves out what is undefined, as the wire does', () => {
    expect(contentHash({ ...element, sourceKey: undefined })).toBe(contentHash(element));
  });
});

describe('canonical JSON', () => {
  it('reads back as the value that it was made from', () => {
    const readsBack = fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    });
    fc.assert(readsBack);
  });
});
