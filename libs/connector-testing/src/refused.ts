import { InvalidMetadataError, toWireError, type ChangeResult } from '@idaemon/contracts';
import type { Finding } from '@idaemon/open-metadata';

/** A change that the type system does not allow, as a gateway answers it. */
export function refused(what: string, findings: readonly Finding[]): ChangeResult {
  return { result: 'refused', error: toWireError(new InvalidMetadataError(sayWhy(what, findings))) };
}

export function sayWhy(what: string, findings: readonly Finding[]): string {
  return `${what}: ${findings.map(({ path, message }) => `${path}: ${message}`).join('; ')}`;
}
