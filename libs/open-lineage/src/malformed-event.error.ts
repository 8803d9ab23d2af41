import { RequestError } from '@idaemon/contracts';
import type { EventIssue } from './event.js';

export const maxProblems = 20;

/** The bytes are no event: the sender must change them. `problems` (at most 20) say where; values are never shown. */
export class MalformedEventError extends RequestError {
  readonly problems: EventIssue[];

  constructor(problems: readonly EventIssue[]) {
    const shown = problems.slice(0, maxProblems);
    const [first] = shown;
    super(
      first
        ? `The OpenLineage event is malformed at "${first.pointer}": ${first.message}`
        : 'The OpenLineage event is malformed',
      {
        action: 'Correct the event at the places that are named and send it again.',
        errors: shown.map(({ pointer, message }) => ({ path: pointer, message })),
      },
    );
    this.problems = shown;
  }
}
