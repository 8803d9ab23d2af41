/** Checks a `config` by the JSON Schema of its definition. */
import type { FieldError } from '@idaemon/contracts';
import addFormats from 'ajv-formats';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { article, atLeast, atMost, didYouMean, kindOf } from '../rest/field-errors.js';
import { unknownKey } from '../rest/unknown-key.js';

type Schema = Record<string, unknown>;

const maxCompiled = 500;
const compiled = new Map<string, ValidateFunction>();

/** `hash` names the schema: it is compiled once. */
export function configErrors(hash: string, schema: Schema, config: unknown): FieldError[] {
  const validate = compiledSchema(hash, schema);
  if (validate(config)) return [];
  const errors = withoutBranches(validate.errors ?? []);
  return errors.map((error) => fieldErrorOf(error, config));
}

function compiledSchema(hash: string, schema: Schema): ValidateFunction {
  const found = compiled.get(hash);
  if (found) return found;
  if (compiled.size >= maxCompiled) compiled.clear();
  const ajv = new Ajv2020({ allErrors: true, strict: false, verbose: true, logger: false });
  addFormats.default(ajv);
  const { $schema: _draft, ...rest } = closed(schema) as Schema;
  const validate = ajv.compile(rest);
  compiled.set(hash, validate);
  return validate;
}

/** The schema with objects that take no keys but the declared ones, whatever the connector's author wrote. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const object = schema as Schema;
  const inner = Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, isLiteral(key) ? value : closed(value)]),
  );
  const isOpen = typeof object.properties === 'object' && object.type === 'object' && !object.allOf;
  return isOpen ? { additionalProperties: false, ...inner } : inner;
}

function isLiteral(key: string): boolean {
  return ['const', 'default', 'enum', 'examples', 'required'].includes(key);
}

/** Of a value that fits none of several forms, one error is enough. */
function withoutBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  return errors.filter(
    (error) =>
      !choices.some((choice) => choice !== error && error.schemaPath.startsWith(`${choice.schemaPath}/`)),
  );
}

function fieldErrorOf(error: ErrorObject, config: unknown): FieldError {
  const path = ['config', ...error.instancePath.split('/').slice(1).map(unescapePointer)].join('.');
  const { params } = error as { params: Record<string, unknown> };
  if (error.keyword === 'additionalProperties') {
    const properties = (error.parentSchema as { properties?: object } | undefined)?.properties ?? {};
    return unknownKey(path, String(params.additionalProperty), Object.keys(properties));
  }
  if (error.keyword === 'required') {
    const name = String(params.missingProperty);
    const wanted = (error.parentSchema as { properties?: Record<string, Described> } | undefined)
      ?.properties?.[name];
    return { path: `${path}.${name}`, message: `is required${wanted ? `: ${describe(wanted)}` : ''}` };
  }
  return { path, message: messageOf(error, params, valueAt(config, error.instancePath)) };
}

interface Described {
  type?: string;
  description?: string;
}

function describe({ type, description }: Described): string {
  return [type && article(type), description && `(${description})`].filter(Boolean).join(' ') || 'any value';
}

function messageOf(error: ErrorObject, params: Record<string, unknown>, value: unknown): string {
  const schema = error.parentSchema as Described | undefined;
  const about = schema?.description ? ` (${schema.description})` : '';
  const allowed = Array.isArray(params.allowedValues) ? (params.allowedValues as unknown[]) : [];
  switch (error.keyword) {
    case 'type':
      return `must be ${[params.type]
        .flat()
        .map((type) => article(String(type)))
        .join(' or ')}, not ${article(kindOf(value))}${about}`;
    case 'enum':
      return `must be one of ${allowed.map(String).join(', ')}${didYouMean(value, allowed)}${about}`;
    case 'const':
      return `must be ${String(params.allowedValue)}${about}`;
    case 'format':
      return `must be a valid ${String(params.format)}${about}`;
    case 'pattern':
      return `must match ${String(params.pattern)}${about}`;
    case 'minLength':
    case 'minItems':
    case 'minimum':
      return `${atLeast(measured(error.keyword), Number(params.limit))}${about}`;
    case 'maxLength':
    case 'maxItems':
    case 'maximum':
      return `${atMost(measured(error.keyword), Number(params.limit))}${about}`;
    case 'anyOf':
    case 'oneOf':
      return `is of none of the accepted forms${about}`;
    default:
      return `${error.message ?? 'is not valid'}${about}`;
  }
}

function measured(keyword: string): string {
  if (keyword.endsWith('Length')) return 'string';
  return keyword.endsWith('Items') ? 'array' : 'number';
}

function valueAt(config: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map(unescapePointer)
    .reduce<unknown>(
      (inner, key) => (inner !== null && typeof inner === 'object' ? Reflect.get(inner, key) : undefined),
      config,
    );
}

function unescapePointer(part: string): string {
  return part.replace(/~1/g, '/').replace(/~0/g, '~');
}
