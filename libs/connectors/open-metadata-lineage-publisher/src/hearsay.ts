import type { Element } from '@idaemon/connector-kit';

/** What open metadata knows from OpenLineage events only: it would come back to where it came from. */
export function isHearsay({ qualifiedName, isTentative, isPlaceholder }: Element): boolean {
  return isTentative === true || isPlaceholder === true || isOfEvents(qualifiedName);
}

/** A job or a run that was catalogued from events. */
export function isOfEvents(qualifiedName: string): boolean {
  return qualifiedName.startsWith('OpenLineageJob::') || qualifiedName.startsWith('OpenLineageRun::');
}
