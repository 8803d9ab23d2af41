import { describe, expectTypeOf, it } from 'vitest';
import type {
  AttributesOf,
  ClassificationAttributesOf,
  JsonValue,
  RelationshipAttributesOf,
  SubtypeOf,
} from './attribute-types.js';

/** Held by the type check of the workspace. */
describe('the types of attributes', () => {
  it('follow the facts, inherited attributes included', () => {
    expectTypeOf<AttributesOf<'CSVFile'>['delimiterCharacter']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<AttributesOf<'CSVFile'>['storeUpdateTime']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<AttributesOf<'RelationalColumn'>['position']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<AttributesOf<'RelationalColumn'>['isNullable']>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<AttributesOf<'RelationalColumn'>['aliases']>().toEqualTypeOf<string[] | undefined>();
    expectTypeOf<AttributesOf<'Asset'>['additionalProperties']>().toEqualTypeOf<
      Record<string, string> | undefined
    >();
    expectTypeOf<AttributesOf<'RelationalColumn'>['sortOrder']>().toEqualTypeOf<
      'Ascending' | 'Descending' | 'Ignore' | undefined
    >();
  });

  it('leave the qualified name to the element, but not to relationships that have one', () => {
    expectTypeOf<AttributesOf<'Asset'>>().not.toHaveProperty('qualifiedName');
    expectTypeOf<RelationshipAttributesOf<'DataFlow'>['qualifiedName']>().toEqualTypeOf<string | undefined>();
  });

  it('inherit for classifications too', () => {
    expectTypeOf<ClassificationAttributesOf<'DatabaseServer'>>().toHaveProperty('deployedImplementationType');
  });

  it('fit where any JSON properties do', () => {
    expectTypeOf<AttributesOf<'CSVFile'>>().toExtend<Record<string, JsonValue>>();
  });

  it('know the subtypes of a type', () => {
    expectTypeOf<SubtypeOf<'FileFolder'>>().toEqualTypeOf<'FileFolder' | 'DataFolder'>();
    expectTypeOf<'Database'>().not.toExtend<SubtypeOf<'DataFile'>>();
  });
});
