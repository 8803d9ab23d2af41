import { attributesOf } from './attributes.js';
import { nearest } from './nearest.js';
import { clipped, quoted } from './quoted.js';
import { valueCheckOf, type ValueCheck } from './value-checks.js';

/** One thing that is wrong: `path` is dotted (`properties.fileSize`), `message` says what is wrong and what would be right. */
export interface Finding {
  path: string;
  message: string;
}

/** Enough to mend an element; thousands of unknown attributes don't make thousands of messages. */
export const maxFindings = 20;
const maxListed = 12;
const checksOfTypes = new Map<string, ReadonlyMap<string, ValueCheck>>();

/** Adds what is wrong with the properties of an element, relationship or classification of a known type. */
export function checkProperties(
  type: string,
  properties: Readonly<Record<string, unknown>>,
  path: string,
  findings: Finding[],
): void {
  const checks = checksOf(type);
  for (const name of Object.keys(properties)) {
    const value = properties[name];
    // JSON has no undefined: such a property is not there.
    if (value === undefined) continue;
    const check = checks.get(name);
    const wrong = check ? check(value) : unknownAttribute(type, name, checks);
    if (wrong === undefined) continue;
    const message = check ? `${type}.${name} ${wrong}` : wrong;
    findings.push({ path: `${path}.${clipped(name)}`, message });
    if (findings.length >= maxFindings) return;
  }
}

function checksOf(type: string): ReadonlyMap<string, ValueCheck> {
  const known = checksOfTypes.get(type);
  if (known) return known;
  const checks = new Map<string, ValueCheck>();
  for (const attribute of attributesOf(type).values())
    checks.set(attribute.name, valueCheckOf(attribute.type));
  checksOfTypes.set(type, checks);
  return checks;
}

function unknownAttribute(type: string, name: string, checks: ReadonlyMap<string, ValueCheck>): string {
  return `${type} has no attribute ${quoted(name)}; ${whatWouldBeRight(name, [...checks.keys()])}`;
}

function whatWouldBeRight(name: string, attributes: readonly string[]): string {
  const near = nearest(name, attributes);
  if (near) return `did you mean ${near}?`;
  if (attributes.length === 0) return 'it has none';
  const more = attributes.length > maxListed ? ` and ${attributes.length - maxListed} more` : '';
  return `it has ${attributes.slice(0, maxListed).join(', ')}${more}`;
}
