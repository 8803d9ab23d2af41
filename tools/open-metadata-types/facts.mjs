/**
 * The facts of a gallery of type definitions, as libs/open-metadata/src/facts.ts describes them.
 * What it doesn't know it refuses: a new release of Egeria must not lose a fact in silence.
 */
export function factsOf(gallery) {
  return {
    entityTypes: typesOf(gallery.typeDefs, 'EntityDef', entityOf),
    relationshipTypes: typesOf(gallery.typeDefs, 'RelationshipDef', relationshipOf),
    classificationTypes: typesOf(gallery.typeDefs, 'ClassificationDef', classificationOf),
    enumTypes: typesOf(gallery.attributeTypeDefs, 'EnumDef', enumOf),
    typeGuids: guidsOf([...gallery.typeDefs, ...gallery.attributeTypeDefs]),
  };
}

function guidsOf(definitions) {
  const types = [...definitions].sort((a, b) => compare(a.name, b.name));
  return Object.fromEntries(types.map(({ name, guid }) => [name, guid]));
}

function typesOf(definitions, kind, reduce) {
  const types = definitions.filter((definition) => definition.class === kind);
  types.sort((a, b) => compare(a.name, b.name));
  return Object.fromEntries(types.map((type) => [type.name, reduce(type)]));
}

function entityOf(type) {
  return { ...headerOf(type), ...attributesOf(type) };
}

function relationshipOf(type) {
  return {
    ...headerOf(type),
    ends: [endOf(type.endDef1), endOf(type.endDef2)],
    ...(type.multiLink ? { isMultiLink: true } : {}),
    ...attributesOf(type),
  };
}

function classificationOf(type) {
  return {
    ...headerOf(type),
    validEntityTypes: type.validEntityDefs.map(({ name }) => name).sort(),
    ...(type.propagatable ? { isPropagatable: true } : {}),
    ...attributesOf(type),
  };
}

function enumOf(type) {
  return {
    values: Object.fromEntries(type.elementDefs.map(({ value, ordinal }) => [value, ordinal])),
    ...(type.defaultValue ? { default: type.defaultValue.value } : {}),
  };
}

function headerOf(type) {
  return {
    ...(type.superType ? { superType: type.superType.name } : {}),
    ...(isDeprecated(type.status, 'TYPEDEF', type.name) ? { isDeprecated: true } : {}),
  };
}

const multiplicities = { AT_MOST_ONE: '0..1', ANY_NUMBER: '0..*' };

function endOf({ entityType, attributeName, attributeCardinality }) {
  const multiplicity = multiplicities[attributeCardinality];
  if (!multiplicity) throw new Error(`end ${attributeName}: unknown multiplicity ${attributeCardinality}`);
  return { type: entityType.name, name: attributeName, multiplicity };
}

/**
 * Every attribute is single and optional but for those in `required`; arrays and maps are types, not multiplicities.
 * Sorted, since the order of the source is that of a hash map.
 */
function attributesOf(type) {
  const attributes = [...(type.propertiesDefinition ?? [])];
  attributes.sort((a, b) => compare(a.attributeName, b.attributeName));
  for (const attribute of attributes) checkMultiplicity(type, attribute);
  const required = attributes.filter(({ valuesMinCount }) => valuesMinCount === 1);
  const deprecated = attributes.filter((attribute) =>
    isDeprecated(attribute.attributeStatus, 'ATTRIBUTE', `${type.name}.${attribute.attributeName}`),
  );
  return {
    attributes: Object.fromEntries(attributes.map((a) => [a.attributeName, a.attributeType.name])),
    ...(required.length > 0 ? { required: required.map((a) => a.attributeName) } : {}),
    ...(deprecated.length > 0 ? { deprecated: replacementsOf(deprecated) } : {}),
  };
}

function replacementsOf(attributes) {
  return Object.fromEntries(attributes.map((a) => [a.attributeName, a.replacedByAttribute ?? null]));
}

function checkMultiplicity(type, { attributeName, valuesMinCount, valuesMaxCount, unique }) {
  const isKnown = valuesMaxCount === 1 && (valuesMinCount === 0 || valuesMinCount === 1);
  if (!isKnown) {
    throw new Error(
      `${type.name}.${attributeName}: unknown multiplicity ${valuesMinCount}..${valuesMaxCount}`,
    );
  }
  if (unique && attributeName !== 'qualifiedName') {
    throw new Error(`${type.name}.${attributeName}: unique, which only qualifiedName is known to be`);
  }
}

function isDeprecated(status, suffix, name) {
  if (status === `ACTIVE_${suffix}`) return false;
  if (status === `DEPRECATED_${suffix}`) return true;
  throw new Error(`${name}: unknown status ${status}`);
}

function compare(a, b) {
  return a < b ? -1 : 1;
}
