/** The shape of the facts in `data`, which tools/open-metadata-types makes from an Egeria platform's own answer. */

interface TypeFacts {
  readonly superType?: string;
  readonly isDeprecated?: true;
}

interface AttributeFacts {
  /** Name to type; each has at most one value, which may be an array or a map. Inherited ones are not repeated. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Attributes that must have a value. */
  readonly required?: readonly string[];
  /** Deprecated attributes, with the name of the attribute that replaces each, where there is one. */
  readonly deprecated?: Readonly<Record<string, string | null>>;
}

export interface EntityFacts extends TypeFacts, AttributeFacts {}

/**
 * One end as seen from the element at the other end: `Comment` has `0..1` `commentAnchor`,
 * `Referenceable` has `0..*` `comments`.
 */
export interface RelationshipEnd {
  readonly type: string;
  readonly name: string;
  readonly multiplicity: '0..1' | '0..*';
}

export interface RelationshipFacts extends TypeFacts, AttributeFacts {
  readonly ends: readonly [RelationshipEnd, RelationshipEnd];
  /** The same two elements may have several relationships of this type. */
  readonly isMultiLink?: true;
}

export interface ClassificationFacts extends TypeFacts, AttributeFacts {
  /** The entity types, each with its subtypes, that the classification may be attached to. */
  readonly validEntityTypes: readonly string[];
  readonly isPropagatable?: true;
}

export interface EnumFacts {
  /** Name to ordinal; two names may share an ordinal (ActivityType). */
  readonly values: Readonly<Record<string, number>>;
  readonly default?: string;
}
