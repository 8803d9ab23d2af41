import { describe, expect, it } from 'vitest';
import { factsOf } from './facts.mjs';
import { literalOf } from './literal.mjs';

const header = (name) => ({
  name,
  guid: `guid of ${name}`,
  description: 'A sentence.',
  status: 'ACTIVE_TYPEDEF',
});
const attribute = (attributeName, type, more = {}) => ({
  attributeName,
  attributeType: { name: type },
  attributeStatus: 'ACTIVE_ATTRIBUTE',
  attributeDescription: 'A sentence.',
  valuesMinCount: 0,
  valuesMaxCount: 1,
  unique: false,
  ...more,
});
const entity = (name, more = {}) => ({ class: 'EntityDef', ...header(name), ...more });
const end = (type, attributeName, attributeCardinality) => ({
  entityType: { name: type },
  attributeName,
  attributeCardinality,
});

describe('the reduction of type definitions to facts', () => {
  it('keeps names, supertypes and attributes, sorted, and drops sentences', () => {
    const typeDefs = [
      entity('Ship', {
        superType: { name: 'Asset' },
        propertiesDefinition: [attribute('tonnage', 'int'), attribute('flag', 'string')],
      }),
      entity('Asset', { status: 'DEPRECATED_TYPEDEF' }),
    ];
    const { entityTypes } = factsOf({ typeDefs, attributeTypeDefs: [] });
    expect(JSON.stringify(entityTypes)).toBe(
      JSON.stringify({
        Asset: { isDeprecated: true, attributes: {} },
        Ship: { superType: 'Asset', attributes: { flag: 'string', tonnage: 'int' } },
      }),
    );
  });

  it('keeps what is required, and what is deprecated with its replacement', () => {
    const propertiesDefinition = [
      attribute('code', 'string', { valuesMinCount: 1 }),
      attribute('old', 'string', { attributeStatus: 'DEPRECATED_ATTRIBUTE', replacedByAttribute: 'code' }),
      attribute('older', 'string', { attributeStatus: 'DEPRECATED_ATTRIBUTE' }),
    ];
    const { entityTypes } = factsOf({
      typeDefs: [entity('Ship', { propertiesDefinition })],
      attributeTypeDefs: [],
    });
    expect(entityTypes.Ship).toMatchObject({ required: ['code'], deprecated: { old: 'code', older: null } });
  });

  it('keeps the ends of relationships in their order', () => {
    const berth = {
      class: 'RelationshipDef',
      ...header('Berth'),
      endDef1: end('Port', 'harbour', 'AT_MOST_ONE'),
      endDef2: end('Ship', 'guests', 'ANY_NUMBER'),
      multiLink: true,
    };
    const { relationshipTypes } = factsOf({ typeDefs: [berth], attributeTypeDefs: [] });
    expect(relationshipTypes.Berth).toMatchObject({
      ends: [
        { type: 'Port', name: 'harbour', multiplicity: '0..1' },
        { type: 'Ship', name: 'guests', multiplicity: '0..*' },
      ],
      isMultiLink: true,
    });
  });

  it('keeps the valid entity types of classifications and the ordinals of enums', () => {
    const classification = {
      class: 'ClassificationDef',
      ...header('Sunk'),
      validEntityDefs: [{ name: 'Ship' }, { name: 'Boat' }],
      propagatable: true,
    };
    const elementDefs = [
      { value: 'Red', ordinal: 0 },
      { value: 'Other', ordinal: 99 },
    ];
    const colour = { class: 'EnumDef', ...header('Colour'), elementDefs, defaultValue: elementDefs[1] };
    const facts = factsOf({ typeDefs: [classification], attributeTypeDefs: [colour] });
    expect(facts.classificationTypes.Sunk).toMatchObject({
      validEntityTypes: ['Boat', 'Ship'],
      isPropagatable: true,
    });
    expect(facts.enumTypes.Colour).toEqual({
      values: { Red: 0, Other: 99 },
      default: 'Other',
    });
  });

  it('keeps the GUID of every type, apart from the facts', () => {
    const colour = { class: 'EnumDef', ...header('Colour'), elementDefs: [] };
    const { typeGuids } = factsOf({ typeDefs: [entity('Ship')], attributeTypeDefs: [colour] });
    expect(typeGuids).toEqual({ Colour: 'guid of Colour', Ship: 'guid of Ship' });
  });

  it.each([
    ['a multiplicity', { propertiesDefinition: [attribute('crew', 'string', { valuesMaxCount: 7 })] }],
    [
      'a status of an attribute',
      { propertiesDefinition: [attribute('crew', 'string', { attributeStatus: 'NEW' })] },
    ],
    ['a status of a type', { status: 'RETIRED' }],
    ['uniqueness', { propertiesDefinition: [attribute('crew', 'string', { unique: true })] }],
  ])('refuses %s that it does not know rather than lose it', (_, more) => {
    expect(() => factsOf({ typeDefs: [entity('Ship', more)], attributeTypeDefs: [] })).toThrow(/Ship/);
  });
});

describe('a literal', () => {
  it('is TypeScript on one line', () => {
    expect(literalOf({ a: "it's", 'b-c': [1, true, null], d: {} })).toBe(
      "{ a: 'it\\'s', 'b-c': [1, true, null], d: {} }",
    );
  });
});
