/** What is asked of open metadata, and what is answered. */
import { z } from 'zod';
import { Element, ElementHeader, ElementWrite, Relationship } from './element.js';
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

/** `table`: of the dataset that holds a column; `column`: of the columns that a dataset holds. */
export const LineageLevel = z.enum(['table', 'column']);
export type LineageLevel = z.output<typeof LineageLevel>;

/** The lineage relationships along which data flows from end 2 to end 1; along all others it flows from end 1. */
export const flowsFromEnd2: readonly string[] = [
  'DerivedSchemaTypeQueryTarget',
  'ProcessInput',
  'SchemaQueryImplementation',
];

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

/** What follows a cursor of an earlier answer; without one, everything that there is, or only what is to come. */
export const ChangesQuery = z.object({
  cursor: z.string().max(500).optional(),
  /** Where to begin without a cursor. */
  from: z.enum(['everything', 'now']).default('everything'),
  limit: z.number().int().min(1).max(1000).default(200),
  /** Entity types, subtypes included. */
  types: z.array(z.string()).optional(),
  /** Qualified names of the metadata sources whose elements they are. */
  sources: z.array(z.string()).optional(),
  /** Leaves out what this connector changed itself. */
  notBy: z.string().optional(),
});
export type ChangesQuery = z.output<typeof ChangesQuery>;

/** The latest state of an element that has changed: all of it, or that it is gone. */
export const ElementChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('changed'), element: Element }),
  z.object({
    kind: z.literal('removed'),
    element: ElementHeader.extend({ source: z.string().nullable() }),
  }),
]);
export type ElementChange = z.output<typeof ElementChange>;

export const ChangesPage = z.object({
  /** Each with the cursor that goes on behind it. */
  items: z.array(z.object({ change: ElementChange, cursor: z.string() })),
  cursor: z.string(),
  /** There is more now: ask again at once. */
  hasMore: z.boolean(),
  /** What followed the cursor is no longer kept: from here on all elements are given anew, but no removals. */
  hasGap: z.boolean(),
});
export type ChangesPage = z.output<typeof ChangesPage>;

/** What a dead letter of an event has beside its reason. */
export const DeadEvent = z.object({
  /** `fold`: what it says could not be merged into what is known. `dispatch`: a connector refused it. */
  stage: z.enum(['fold', 'dispatch']),
  sender: z.string(),
  receivedAt: z.iso.datetime(),
  attempts: z.number().int(),
  bytes: z.number().int(),
  /** The original text, exactly; absent in lists and when it is too long for an answer. */
  body: z.string().optional(),
});

/** `qualifiedName` of an event is its ordering key, e.g. `run:<runId>`; `connector` of the fold is `lineage-intake`. */
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
  event: DeadEvent.optional(),
});
export type DeadLetter = z.output<typeof DeadLetter>;
