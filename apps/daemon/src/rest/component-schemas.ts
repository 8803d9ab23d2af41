import { createHash } from 'node:crypto';
import * as contracts from '@idaemon/contracts';
import { z } from 'zod';
import * as resources from './resources.js';

export interface JsonSchema {
  properties?: Record<string, JsonSchema & { description?: string }>;
  required?: string[];
  [member: string]: unknown;
}

type Direction = 'input' | 'output';

const names = namedSchemas();

/** The schemas of an OpenAPI document: those with a name are written once, under `components`. */
export class ComponentSchemas {
  readonly #components = new Map<string, JsonSchema>();

  all(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A reference where the schema has a name, else the schema itself. */
  of(schema: z.ZodType, direction: Direction): JsonSchema {
    const { properties } = this.inline(z.object({ schema }), direction);
    return properties?.schema ?? {};
  }

  /** The schema itself, with references to the named ones inside. */
  inline(schema: z.ZodType, direction: Direction): JsonSchema {
    const {
      $schema: _draft,
      $defs = {},
      ...json
    } = z.toJSONSchema(schema, {
      metadata: names,
      io: direction,
      unrepresentable: 'any',
    }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    const renamed = new Map(
      Object.entries($defs).map(([name, one]) => [name, componentName(name, one, direction)]),
    );
    for (const [name, one] of Object.entries($defs)) {
      const { id: _id, ...definition } = one;
      this.#components.set(renamed.get(name) ?? name, withReferences(definition, renamed) as JsonSchema);
    }
    return withReferences(json, renamed) as JsonSchema;
  }
}

/** What a client sends differs from what it gets where there are defaults; a list of words does not. */
function componentName(name: string, schema: JsonSchema, direction: Direction): string {
  // Recursive schemas without a name of their own: the same content is the same component.
  if (name.startsWith('__')) {
    const content = JSON.stringify(schema).replaceAll(name, '');
    return `Value_${createHash('sha256').update(content).digest('hex').slice(0, 8)}`;
  }
  return direction === 'input' && !('enum' in schema) ? `${name}Input` : name;
}

function withReferences(value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => withReferences(one, renamed));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const target =
        key === '$ref' && typeof inner === 'string' ? /^#\/\$defs\/(.+)$/.exec(inner)?.[1] : undefined;
      if (target === undefined) return [key, withReferences(inner, renamed)];
      return [key, `#/components/schemas/${renamed.get(target) ?? target}`];
    }),
  );
}

/** Every schema that is exported under a name has that name in the document, too. */
function namedSchemas() {
  const registry = z.registry<{ id: string }>();
  const exported = [...Object.entries(resources), ...Object.entries(contracts)] as [string, unknown][];
  for (const [id, schema] of exported) {
    const isComplex =
      schema instanceof z.ZodObject || schema instanceof z.ZodEnum || schema instanceof z.ZodUnion;
    if (isComplex && !registry.has(schema)) registry.add(schema, { id });
  }
  return registry;
}
