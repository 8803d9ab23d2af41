import { describe, expect, it } from 'vitest';
import { checkElement, type ElementToCheck } from './check-element.js';

const file: ElementToCheck = {
  type: 'CSVFile',
  qualifiedName: 'CSVFile::host:/data/orders.csv',
  properties: {
    name: 'orders.csv',
    fileType: 'csv',
    delimiterCharacter: ',',
    storeUpdateTime: '2024-05-31T10:15:30.000Z',
    additionalProperties: { lines: '120' },
  },
  classifications: { DataStoreEncoding: { encoding: 'UTF-8' } },
};

describe('the check of an element', () => {
  it('finds nothing wrong with a right one', () => {
    expect(checkElement(file)).toEqual([]);
  });

  it('does not mind properties that are undefined, which JSON drops', () => {
    expect(checkElement({ ...file, properties: { name: undefined, nonsense: undefined } })).toEqual([]);
  });

  it.each([
    ['CSVFil', '"CSVFil" is not an entity type; did you mean CSVFile?'],
    [
      'constructor',
      '"constructor" is not an entity type; use one of the names in the type system of Egeria 4.3',
    ],
    ['DataFlow', 'DataFlow is a relationship type, not an entity type'],
    ['Confidentiality', 'Confidentiality is a classification type, not an entity type'],
  ])('refuses the type %s', (type, message) => {
    expect(checkElement({ ...file, type })).toEqual([{ path: 'type', message }]);
  });

  it('refuses the root of all types', () => {
    const [finding] = checkElement({ type: 'OpenMetadataRoot', qualifiedName: 'x' });
    expect(finding?.path).toBe('type');
    expect(finding?.message).toContain('name one of its subtypes');
  });

  it.each([undefined, '', '  '])('refuses a Referenceable with the qualified name %j', (qualifiedName) => {
    expect(checkElement({ ...file, qualifiedName })).toEqual([
      {
        path: 'qualifiedName',
        message: 'CSVFile needs a qualifiedName: a text that no other element of its kind has',
      },
    ]);
  });

  it('lets an element that is no Referenceable do without a qualified name', () => {
    expect(checkElement({ type: 'InformalTag', properties: { tagName: 'urgent' } })).toEqual([]);
  });

  it('refuses a qualified name that is repeated in the properties', () => {
    expect(checkElement({ ...file, properties: { qualifiedName: 'x' } })).toEqual([
      {
        path: 'properties.qualifiedName',
        message: 'qualifiedName is a member of the CSVFile itself; take it out of its properties',
      },
    ]);
  });

  it('refuses an attribute that the type does not have, with the one that was probably meant', () => {
    expect(checkElement({ ...file, properties: { filetype: 'csv' } })).toEqual([
      { path: 'properties.filetype', message: 'CSVFile has no attribute "filetype"; did you mean fileType?' },
    ]);
  });

  it('lists the attributes when none is near', () => {
    const [finding] = checkElement({ type: 'InformalTag', properties: { colour: 'red' } });
    expect(finding?.message).toBe(
      'InformalTag has no attribute "colour"; it has isPublic, tagDescription, tagName',
    );
  });

  it('refuses a classification that does not exist', () => {
    expect(checkElement({ ...file, classifications: { Confidential: {} } })).toEqual([
      {
        path: 'classifications.Confidential',
        message: '"Confidential" is not a classification type; did you mean Confidentiality?',
      },
    ]);
  });

  it('refuses a classification that does not fit the type', () => {
    expect(checkElement({ ...file, classifications: { CanonicalVocabulary: {} } })).toEqual([
      {
        path: 'classifications.CanonicalVocabulary',
        message: 'CanonicalVocabulary cannot be attached to CSVFile, only to Glossary and subtypes',
      },
    ]);
  });

  it('refuses an attribute that a classification does not have', () => {
    const classifications = { DataStoreEncoding: { enc: 'UTF-8', encoding: 8 } };
    expect(checkElement({ ...file, classifications }).map(({ path }) => path)).toEqual([
      'classifications.DataStoreEncoding.enc',
      'classifications.DataStoreEncoding.encoding',
    ]);
  });

  it('names everything that is wrong at once, but not without end', () => {
    expect(checkElement({ type: 'CSVFile', properties: { name: 1, owner: {} } })).toHaveLength(3);
    const nonsense = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`nonsense${index}`, 1]));
    expect(checkElement({ ...file, properties: nonsense })).toHaveLength(20);
    const classifications = Object.fromEntries(Object.keys(nonsense).map((name) => [name, {}]));
    expect(checkElement({ ...file, classifications })).toHaveLength(20);
  });

  it('keeps short what others wrote at length', () => {
    const long = 'x'.repeat(200_000);
    const wrong = { ...file, properties: { [long]: 1, fileType: 1 }, classifications: { [long]: {} } };
    expect(JSON.stringify(checkElement(wrong)).length).toBeLessThan(2000);
    expect(JSON.stringify(checkElement({ ...file, type: long })).length).toBeLessThan(300);
  });

  it('never repeats a value, which may be a secret, but for the name of an enum value', () => {
    const properties = { additionalProperties: 'hunter2', storeUpdateTime: 'hunter2', owners: 'hunter2' };
    expect(JSON.stringify(checkElement({ ...file, properties }))).not.toContain('hunter2');
  });
});
