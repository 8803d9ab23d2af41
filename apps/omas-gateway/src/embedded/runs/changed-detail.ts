import { canonicalJson, type Properties } from '@idaemon/contracts';

interface Content {
  type: string;
  qualifiedName: string;
  properties: Properties;
}

/** Names what differs between two versions of an element, for people. */
export function changedDetail(before: Content, after: Content): string {
  const changes = [
    ...(before.type === after.type ? [] : ['type']),
    ...(before.qualifiedName === after.qualifiedName ? [] : ['qualifiedName']),
    ...changedNames(before.properties, after.properties),
  ];
  return changes.length > 0 ? changes.join(', ') : 'relationships, classifications or locators';
}

function changedNames(before: Properties, after: Properties): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null))
    .sort();
}
