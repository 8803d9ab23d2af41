import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { classificationTypes } from './data/classification-types.js';
import { entityTypes } from './data/entity-types.js';
import { enumTypes } from './data/enum-types.js';
import { relationshipTypes } from './data/relationship-types.js';
import { typeGuids } from './data/type-guids.js';
import type { ClassificationFacts, EntityFacts, EnumFacts, RelationshipFacts } from './facts.js';
import { isSubtypeOf } from './hierarchy.js';

const entities = Object.entries<EntityFacts>(entityTypes);
const relationships = Object.entries<RelationshipFacts>(relationshipTypes);
const classifications = Object.entries<ClassificationFacts>(classificationTypes);
const enums = Object.entries<EnumFacts>(enumTypes);
const all = [...entities, ...relationships, ...classifications];

const primitives = 'string|char|date|boolean|byte|short|int|long|float|double|biginteger|bigdecimal|object';
const valueType = new RegExp(
  `^(${primitives}|array<(string|int)>|map<string,(string|boolean|int|long|object)>)$`,
);

describe('the facts of the type system', () => {
  it('are all that an Egeria 4.3 platform answers', () => {
    expect(entities).toHaveLength(302);
    expect(relationships).toHaveLength(245);
    expect(classifications).toHaveLength(121);
    expect(all).toHaveLength(668);
    expect(enums).toHaveLength(43);
    expect(all.flatMap(([, facts]) => Object.keys(facts.attributes))).toHaveLength(1214);
    expect(all.flatMap(([, facts]) => Object.keys(facts.deprecated ?? {}))).toHaveLength(88);
    expect(all.flatMap(([, facts]) => facts.required ?? [])).toEqual(['qualifiedName']);
  });

  it('change only when the script that makes them is run, and then this checksum with them', () => {
    const facts = JSON.stringify([entityTypes, relationshipTypes, classificationTypes, enumTypes, typeGuids]);
    expect(createHash('sha256').update(facts).digest('hex').slice(0, 16)).toBe('97b0b92347528917');
  });

  it('name every type once, whatever its category', () => {
    expect(new Set([...all, ...enums].map(([name]) => name)).size).toBe(668 + 43);
  });

  it('have a GUID for every type, each its own', () => {
    expect([...all, ...enums].filter(([name]) => !Object.hasOwn(typeGuids, name))).toEqual([]);
    expect(new Set(Object.values(typeGuids)).size).toBe(668 + 63);
    expect(typeGuids.Referenceable).toBe('a32316b8-dc8c-48c5-b12b-71c1b2a080bf');
  });

  it('lead from every entity type to the root', () => {
    expect(entities.filter(([name]) => !isSubtypeOf(name, 'OpenMetadataRoot'))).toEqual([]);
  });

  it('name only types that exist, as supertypes, at ends and under classifications', () => {
    const named = [
      ...entities.flatMap(([, { superType }]) => superType ?? []),
      ...relationships.flatMap(([, { ends }]) => ends.map(({ type }) => type)),
      ...classifications.flatMap(([, { validEntityTypes }]) => validEntityTypes),
    ];
    expect(named.filter((name) => !Object.hasOwn(entityTypes, name))).toEqual([]);
  });

  it('give every attribute a value type or an enum', () => {
    const types = all.flatMap(([, { attributes }]) => Object.values(attributes));
    expect(types.filter((type) => !valueType.test(type) && !Object.hasOwn(enumTypes, type))).toEqual([]);
  });

  it('hold no sentences', () => {
    const strings = JSON.stringify([entityTypes, relationshipTypes, classificationTypes, enumTypes]);
    expect(/"[^"]* [^"]*"/.exec(strings)).toBeNull();
  });
});
