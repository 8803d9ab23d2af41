import { describe, expect, it } from 'vitest';
import { attributesOf } from './attributes.js';

describe('the attributes of a type', () => {
  it('are its own and those of its supertypes', () => {
    const attributes = attributesOf('CSVFile');
    expect(attributes.get('delimiterCharacter')).toMatchObject({ type: 'string', declaredBy: 'CSVFile' });
    expect(attributes.get('fileType')?.declaredBy).toBe('DataFile');
    expect(attributes.get('name')?.declaredBy).toBe('Asset');
    expect(attributes.get('additionalProperties')?.type).toBe('map<string,string>');
  });

  it('leave out the qualified name, which is a member of the element itself', () => {
    expect(attributesOf('Asset').has('qualifiedName')).toBe(false);
    expect(attributesOf('ControlFlow').has('qualifiedName')).toBe(true);
  });

  it('say what is deprecated and what replaces it', () => {
    const attributes = attributesOf('RelationalColumn');
    expect(attributes.get('name')).toMatchObject({ isDeprecated: true, replacedBy: 'displayName' });
    expect(attributes.get('displayName')).toMatchObject({ isDeprecated: false, replacedBy: undefined });
  });

  it('say which hold several values', () => {
    expect(attributesOf('SchemaAttribute').get('aliases')).toMatchObject({
      type: 'array<string>',
      isMultiple: true,
    });
    expect(attributesOf('SchemaAttribute').get('position')).toMatchObject({ type: 'int', isMultiple: false });
  });

  it('are inherited by classifications and relationships too', () => {
    expect(attributesOf('DatabaseServer').has('deployedImplementationType')).toBe(true);
    expect(attributesOf('SoftwareServerSupportedCapability').get('deployer')?.declaredBy).toBe(
      'SupportedSoftwareCapability',
    );
  });

  it('are none for a type that does not exist', () => {
    expect(attributesOf('constructor').size).toBe(0);
  });
});
