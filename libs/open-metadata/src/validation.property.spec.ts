import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeTypeName } from './attribute-types.js';
import { attributesOf } from './attributes.js';
import { checkElement, type ElementToCheck } from './check-element.js';
import { checkRelationship } from './check-relationship.js';
import { classificationTypes } from './data/classification-types.js';
import { entityTypes } from './data/entity-types.js';
import { enumTypes } from './data/enum-types.js';
import { relationshipTypes } from './data/relationship-types.js';
import { subtypesOf } from './hierarchy.js';
import { classificationFits, relationshipEnds } from './placement.js';
import { isEnumType, isRelationshipType } from './type-names.js';

const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'));
const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const mapTo = <T>(value: fc.Arbitrary<T>) => fc.dictionary(text, value, { maxKeys: 3 });

function valueOf(type: AttributeTypeName): fc.Arbitrary<unknown> {
  if (isEnumType(type)) return fc.constantFrom(...Object.keys(enumTypes[type].values));
  const values: Partial<Record<AttributeTypeName, fc.Arbitrary<unknown>>> = {
    string: text,
    date: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    boolean: fc.boolean(),
    int,
    long: fc.maxSafeInteger(),
    float: fc.float({ noNaN: true, noDefaultInfinity: true }),
    'array<string>': fc.array(text, { maxLength: 3 }),
    'array<int>': fc.array(int, { maxLength: 3 }),
    'map<string,string>': mapTo(text),
    'map<string,boolean>': mapTo(fc.boolean()),
    'map<string,int>': mapTo(int),
    'map<string,long>': mapTo(fc.maxSafeInteger()),
    'map<string,object>': mapTo(fc.constantFrom(1, 'a', null, [true], { b: 2 })),
  };
  const value = values[type];
  if (!value) throw new Error(`no values for ${type}`);
  return value;
}

function propertiesOf(type: string): fc.Arbitrary<Record<string, unknown>> {
  const attributes = [...attributesOf(type).values()];
  const model = Object.fromEntries(attributes.map((attribute) => [attribute.name, valueOf(attribute.type)]));
  return fc.record(model, { requiredKeys: [] });
}

const elements: fc.Arbitrary<ElementToCheck> = fc
  .constantFrom(...Object.keys(entityTypes).filter((name) => name !== 'OpenMetadataRoot'))
  .chain((type) => {
    const fitting = Object.keys(classificationTypes).filter((name) => classificationFits(name, type));
    const classifications = fc
      .subarray(fitting, { maxLength: Math.min(3, fitting.length) })
      .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, propertiesOf(name)]))));
    return fc.record({
      type: fc.constant(type),
      qualifiedName: text.map((name) => `${type}::${name}`),
      properties: propertiesOf(type),
      classifications,
    });
  });

const relationships = fc
  .constantFrom(...Object.keys(relationshipTypes).filter(isRelationshipType))
  .chain((type) => {
    const [end1, end2] = relationshipEnds(type);
    return fc.record({
      type: fc.constant(type),
      end1Type: fc.constantFrom(...subtypesOf(end1.type)),
      end2Type: fc.constantFrom(...subtypesOf(end2.type)),
      properties: propertiesOf(type),
    });
  });

type Mutation = (element: ElementToCheck) => { mutant: ElementToCheck; path: string };

const mutations: Record<string, Mutation> = {
  'a misspelt type': (element) => ({ mutant: { ...element, type: `${element.type}~` }, path: 'type' }),
  'an unknown attribute': (element) => ({
    mutant: { ...element, properties: { ...element.properties, 'no such': 1 } },
    path: 'properties.no such',
  }),
  'an unknown classification': (element) => ({
    mutant: { ...element, classifications: { ...element.classifications, NoSuch: {} } },
    path: 'classifications.NoSuch',
  }),
  'a repeated qualified name': (element) => ({
    mutant: { ...element, properties: { ...element.properties, qualifiedName: 'again' } },
    path: 'properties.qualifiedName',
  }),
};

describe('what the type system allows', () => {
  it('passes, whatever the type of the element', () => {
    fc.assert(
      fc.property(elements, (element) => {
        expect(checkElement(element)).toEqual([]);
        expect(
          checkElement({ ...element, ...(JSON.parse(JSON.stringify(element)) as ElementToCheck) }),
        ).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it.each(Object.entries(mutations))('no longer passes with %s, and only that is named', (_, mutate) => {
    fc.assert(
      fc.property(elements, (element) => {
        const { mutant, path } = mutate(element);
        expect(checkElement(mutant).map((finding) => finding.path)).toEqual([path]);
      }),
    );
  });

  it('no longer passes with a value of another type', () => {
    const withAttribute = elements.filter(({ properties = {} }) => Object.keys(properties).length > 0);
    fc.assert(
      fc.property(withAttribute, fc.nat(), (element, at) => {
        const names = Object.keys(element.properties ?? {});
        const name = names[at % names.length] ?? '';
        // No attribute takes null or an array of arrays.
        for (const wrong of [null, [[]]]) {
          const mutant = { ...element, properties: { ...element.properties, [name]: wrong } };
          expect(checkElement(mutant).map((finding) => finding.path)).toEqual([`properties.${name}`]);
        }
      }),
    );
  });

  it('passes, whatever the type of the relationship', () => {
    fc.assert(
      fc.property(relationships, (relationship) => {
        expect(checkRelationship(relationship)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('no longer passes with an element at an end where it does not belong', () => {
    const strangers = fc.constantFrom(...Object.keys(entityTypes));
    fc.assert(
      fc.property(relationships, strangers, (relationship, end1Type) => {
        const [end1] = relationshipEnds(relationship.type);
        const isRight = subtypesOf(end1.type).includes(end1Type);
        const paths = checkRelationship({ ...relationship, end1Type }).map((finding) => finding.path);
        expect(paths).toEqual(isRight ? [] : ['end1Type']);
      }),
    );
  });
});
