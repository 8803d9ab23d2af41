import { attributesOf } from './attributes.js';

const namingAttributes = ['displayName', 'name', 'title'];
/** What names an element of a type that has none of the above, such as InformalTag or UserIdentity. */
const otherNamingAttributes = [
  'tagName',
  'classifierName',
  'dataFieldName',
  'keyword',
  'userId',
  'identifier',
  'connectorName',
  'summary',
];

const known = new Map<string, readonly string[]>();

/** What to call an element in front of people: its own name, else the last part of its qualified name. */
export function displayNameOf(
  type: string,
  properties: Readonly<Record<string, unknown>>,
  qualifiedName: string,
): string {
  for (const attribute of namingAttributesOf(type)) {
    const name = properties[attribute];
    if (typeof name === 'string' && name.trim() !== '') return name;
  }
  return lastPartOf(qualifiedName);
}

function namingAttributesOf(type: string): readonly string[] {
  const remembered = known.get(type);
  if (remembered) return remembered;
  const attributes = attributesOf(type);
  if (attributes.size === 0) return namingAttributes;
  const usual = namingAttributes.filter((name) => attributes.has(name));
  const names = usual.length > 0 ? usual : otherNamingAttributes.filter((name) => attributes.has(name));
  known.set(type, names);
  return names;
}

/** `orders.csv` of `CSVFile::host:/data/orders.csv`, `shop.public.orders` of `RelationalTable::shop.public.orders`. */
function lastPartOf(qualifiedName: string): string {
  const path = qualifiedName.slice(qualifiedName.lastIndexOf('::') + 1).replace(/^:/, '');
  const parts = path.split(/[/\\]/).filter((part) => part !== '');
  return parts.at(-1) ?? qualifiedName;
}
