/** Pieces of OpenLineage's schemas. No object forbids more properties than it names, but where the standard does. */
import { z } from 'zod';
import { instantOf } from '../event-time.js';

/** Formats are told apart from the rest: the standard's own examples break them, so they are warnings at first. */
const format = (name: string, isRight: (text: string) => boolean) =>
  z.string().refine(isRight, { params: { format: name }, error: `It is no ${name}.` });

export const text = z.string();
export const uri = format('uri', (value) => /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]*$/.test(value));
export const uuid = format('uuid', (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value));
export const dateTime = format('date-time', (value) => instantOf(value) !== undefined);
export const number = z.number();
export const integer = z.number().refine(Number.isInteger, 'A whole number is needed.');
export const flag = z.boolean();
export const anything = z.unknown();
export const fields = z.looseObject;
export const list = z.array;
export const named = fields({ namespace: text, name: text });

/** Objects by keys that the sender chose. */
export function mapOf<T extends z.ZodType>(value: T) {
  return z.record(z.string(), value);
}

export const tag = fields({ key: text, value: text, source: text.optional() });
export const owner = fields({ name: text, type: text.optional() });
export const parameters = z.union([mapOf(anything), list(anything)]);

export const transformation = fields({
  type: text,
  subtype: text.optional(),
  description: text.optional(),
  masking: flag.optional(),
});

export const documentation = { description: text, contentType: text.optional() };
