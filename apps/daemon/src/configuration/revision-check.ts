import { IdaemonError } from '@idaemon/contracts';
import type { Preconditions } from '../rest/operation.js';

/** Throws when a change is meant for another state of the resource than the one it has; says both. */
export function checkPreconditions(
  thing: string,
  { revisions, isAbsent, isPresent }: Preconditions,
  revision: number | undefined,
): void {
  if (isAbsent && revision !== undefined) {
    throw conflict(
      `${thing} exists already, with revision ${revision}, and was to be created only if it did not`,
    );
  }
  if (isPresent && revision === undefined)
    throw conflict(`${thing} does not exist, and If-Match says that it does`);
  if (!revisions || (revision !== undefined && revisions.includes(revision))) return;
  const meant = revisions.join(' or ');
  throw conflict(
    revision === undefined
      ? `${thing} does not exist, and If-Match names its revision ${meant}`
      : `${thing} has revision ${revision}, and the change was made for revision ${meant}`,
  );
}

function conflict(message: string): IdaemonError {
  return new IdaemonError('revision-conflict', message);
}
