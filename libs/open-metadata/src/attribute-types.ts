/** TypeScript types of attributes, derived from the facts. */
import type { classificationTypes } from './data/classification-types.js';
import type { entityTypes } from './data/entity-types.js';
import type { enumTypes } from './data/enum-types.js';
import type { relationshipTypes } from './data/relationship-types.js';
import type {
  ClassificationTypeName,
  EntityTypeName,
  EnumTypeName,
  RelationshipTypeName,
} from './type-names.js';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** The value of each primitive and collection type, as it crosses a wire. */
export interface ValueTypes {
  string: string;
  char: string;
  /** ISO 8601 in UTC, as `Date.toISOString` writes it. */
  date: string;
  boolean: boolean;
  byte: number;
  short: number;
  int: number;
  long: number;
  float: number;
  double: number;
  /** Decimal digits. */
  biginteger: string;
  bigdecimal: string;
  object: JsonValue;
  'array<string>': string[];
  'array<int>': number[];
  'map<string,string>': Record<string, string>;
  'map<string,boolean>': Record<string, boolean>;
  'map<string,int>': Record<string, number>;
  'map<string,long>': Record<string, number>;
  'map<string,object>': Record<string, JsonValue>;
}

export type AttributeTypeName = keyof ValueTypes | EnumTypeName;

type ValueOf<Type> = Type extends EnumTypeName
  ? keyof (typeof enumTypes)[Type]['values']
  : Type extends keyof ValueTypes
    ? ValueTypes[Type]
    : never;

type Facts = Record<string, { readonly attributes: object }>;

/** Attribute names to attribute types of a type and its supertypes. */
type AttributeNamesToTypes<All extends Facts, Name extends keyof All> = All[Name]['attributes'] &
  (All[Name] extends { readonly superType: infer Super extends keyof All }
    ? AttributeNamesToTypes<All, Super>
    : unknown);

type Values<Attributes> = { -readonly [Name in keyof Attributes]?: ValueOf<Attributes[Name]> };

/** All attributes of an entity type, inherited ones included; `qualifiedName` is a member of the element itself. */
export type AttributesOf<Type extends EntityTypeName> = Values<
  Omit<AttributeNamesToTypes<typeof entityTypes, Type>, 'qualifiedName'>
>;

export type RelationshipAttributesOf<Type extends RelationshipTypeName> = Values<
  AttributeNamesToTypes<typeof relationshipTypes, Type>
>;

export type ClassificationAttributesOf<Type extends ClassificationTypeName> = Values<
  AttributeNamesToTypes<typeof classificationTypes, Type>
>;

type SupertypesOf<Type> = Type extends EntityTypeName
  ? | Type
    | ((typeof entityTypes)[Type] extends { readonly superType: infer Super } ? SupertypesOf<Super> : never)
  : never;

/** The names of an entity type and of all its subtypes. */
export type SubtypeOf<Ancestor extends EntityTypeName> = {
  [Type in EntityTypeName]: Ancestor extends SupertypesOf<Type> ? Type : never;
}[EntityTypeName];
