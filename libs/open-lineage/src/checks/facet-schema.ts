import { z } from 'zod';

/** A facet of the standard: the newest version that is known here, and what it has beside `_producer` and the like. */
export interface FacetSchema {
  /** MODEL-REVISION-ADDITION */
  version: string;
  has: z.ZodRawShape;
}
