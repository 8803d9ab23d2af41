import { validate } from '@idaemon/lineage-client';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';
import { readEvents } from './read-events.js';

interface Finding {
  place: string;
  pointer: string;
  severity: 'error' | 'warning';
  message: string;
}

export async function validateFiles(
  { output, exitWith }: Session,
  files: readonly string[],
  mode: 'lenient' | 'strict',
): Promise<void> {
  const summary = { events: 0, invalid: 0, findings: [] as Finding[] };
  for await (const { place, body } of readEvents(files)) {
    const { isValid, issues } = validate(body, mode);
    summary.events += 1;
    if (!isValid) summary.invalid += 1;
    summary.findings.push(
      ...issues.map(({ pointer, severity, message }) => ({ place, pointer, severity, message })),
    );
  }
  output.one(summary, () => [
    ...summary.findings.map(
      ({ place, pointer, severity, message }) =>
        `${place}: ${severity} at ${pointer || 'the event'}: ${message}`,
    ),
    `${summary.events} events checked, ${summary.invalid} invalid`,
  ]);
  if (summary.invalid > 0) exitWith(exitCodes.usage);
}
