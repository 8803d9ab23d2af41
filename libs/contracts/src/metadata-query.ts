/** What is asked of open metadata, and what is answered. */
import { z } from 'zod';
import { Element, ElementWrite, Relationship } from './element.js';
import { WireError } from './errors.js';

export const Page = z.object({
  pageSize: z.number().int().min(1).max(1000).default(100),
  cursor: z.string().optional(),
});
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), total: z.number().int(), next: z.string().nullable() });

export const ElementQuery = Page.extend({
  /** Subtypes included. */
  type: z.string().optional(),
  /** Qualified name of a metadata source. */
  source: z.string().optional(),
  /** Text in name, qualified name or description. */
  q: z.string().max(500).optional(),
  qualifiedName: z.string().optional(),
  locator: z.object({ namespace: z.string(), name: z.string() }).optional(),
  /** Only elements that are effective at this time; default: whatever their effectivity. */
  effectiveAt: z.iso.datetime().optional(),
  includePlaceholders: z.boolean().default(false),
});
export type ElementQuery = z.output<typeof ElementQuery>;

export const LineageDirection = z.enum(['upstream', 'downstream', 'both']);

/** A part of the graph: elements and the relationships among them; `truncated` when a limit cut it. */
export const Graph = z.object({
  elements: z.array(
    Element.pick({ guid: true, type: true, qualifiedName: true, displayName: true, source: true }),
  ),
  relationships: z.array(Relationship),
  truncated: z.boolean(),
});
export type Graph = z.output<typeof Graph>;

/** One change of open metadata, at its position of the gateway's feed. */
export const MetadataChange = z.object({
  position: z.number().int(),
  at: z.iso.datetime(),
  kind: z.enum(['created', 'updated', 'removed']),
  guid: z.uuid(),
  type: z.string(),
  qualifiedName: z.string(),
  source: z.string().nullable(),
  /** The connector that made the change, null for a user or the gateway itself. */
  connector: z.string().nullable(),
});
export type MetadataChange = z.output<typeof MetadataChange>;

export const DeadLetter = z.object({
  id: z.string(),
  kind: z.enum(['element', 'event']),
  connector: z.string(),
  runId: z.uuid().nullable(),
  at: z.iso.datetime(),
  qualifiedName: z.string(),
  error: WireError,
  /** The element as it was sent; absent in lists. */
  element: ElementWrite.optional(),
});
export type DeadLetter = z.output<typeof DeadLetter>;
