import type { FieldError } from '@idaemon/contracts';
import { nearestName } from './nearest-name.js';

/** Refuses a key that nothing reads, and says which one was probably meant. */
export function unknownKey(path: string, key: string, accepted: readonly string[]): FieldError {
  const near = nearestName(key, accepted);
  const known = accepted.length ? `accepted: ${[...accepted].sort().join(', ')}` : 'nothing is accepted here';
  return {
    path: path ? `${path}.${key}` : key,
    message: `is not known${near ? `; did you mean ${near}?` : ''} (${known})`,
  };
}
