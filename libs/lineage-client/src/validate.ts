import { checkEvent, MalformedEventError, readEvent, type CheckedIssue } from '@idaemon/open-lineage';
import { bytesOf, type SentEvent } from './event-bytes.js';

export interface Validation {
  /** Whether a receiver of this mode takes it. */
  isValid: boolean;
  /** At most 20, by JSON pointers. */
  issues: CheckedIssue[];
}

/** `lenient`: what idaemon takes by default; `strict`: what the published schemas say, formats included. */
export function validate(event: SentEvent, mode: 'lenient' | 'strict'): Validation {
  try {
    const read = readEvent(bytesOf(event));
    const issues = checkEvent(read.event, { mode, areFormatsErrors: mode === 'strict' });
    return { isValid: issues.every(({ severity }) => severity === 'warning'), issues };
  } catch (error) {
    if (!(error instanceof MalformedEventError)) throw error;
    return { isValid: false, issues: error.problems.map((problem) => ({ ...problem, severity: 'error' })) };
  }
}
