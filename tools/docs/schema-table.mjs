import { z } from 'zod';
import { code, table } from './markdown.mjs';

/** The keys of a Zod object schema as a table: key, type, default, meaning; nested objects by dotted keys. */
export function schemaTable(schema) {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return table(['Key', 'Type', 'Default', 'Meaning'], rowsOf(json, ''));
}

/** @returns {string[][]} */
function rowsOf(json, prefix) {
  return Object.entries(json.properties ?? {}).flatMap(([name, property]) => {
    const key = `${prefix}${name}`;
    const isRequired = json.required?.includes(name);
    const row = [
      code(key),
      typeText(property),
      isRequired ? 'required' : code(property.default),
      property.description ?? '',
    ];
    return property.properties ? [row, ...rowsOf(property, `${key}.`)] : [row];
  });
}

function typeText(property) {
  if (property.const !== undefined) return code(property.const);
  if (property.enum) return property.enum.map(code).join(', ');
  if (property.anyOf) return [...new Set(property.anyOf.map(typeText))].join(' or ');
  if (property.type === 'array') return `list of ${typeText(property.items ?? {})}`;
  if (property.type === 'object' && !property.properties) return 'map';
  return property.type ?? 'any';
}
