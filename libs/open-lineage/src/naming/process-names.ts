import type { JobName } from '../event.js';

/** The qualified name of a job's process: two jobs never have the same. */
export function jobQualifiedName({ namespace, name }: JobName): string {
  // Else the namespace `a:` with the name `b` and the namespace `a` with the name `:b` would meet.
  const isDoubtful = namespace.includes('::') || namespace.endsWith(':') || namespace.includes('\\');
  return `OpenLineageJob::${isDoubtful ? namespace.replace(/[:\\]/g, '\\$&') : namespace}::${name}`;
}

export function runQualifiedName(runId: string): string {
  return `OpenLineageRun::${runId}`;
}
