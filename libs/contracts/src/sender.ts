/** Who may send events to the lineage intake: keys by their hashes. The daemon owns them, the intake keeps a copy. */
import { z } from 'zod';

/** A namespace, or the beginning of some and `*`. */
export const NamespacePattern = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^*]*\*?$/, 'may have one *, at its end');

export const SenderKey = z.object({
  id: z.uuid(),
  /** Shown with the events that it sent. */
  name: z.string(),
  /** SHA-256 of the key, in hex. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the jobs, and of datasets that an event is about, that it may speak of; none: all. */
  namespaces: z.array(NamespacePattern),
  revokedAt: z.iso.datetime().nullable(),
});
export type SenderKey = z.output<typeof SenderKey>;

/** Does the name fit one of the patterns? No pattern means any name. */
export function isNamespaceAllowed(patterns: readonly string[], namespace: string): boolean {
  if (patterns.length === 0) return true;
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? namespace.startsWith(pattern.slice(0, -1)) : namespace === pattern,
  );
}
