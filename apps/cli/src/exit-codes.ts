import { CommanderError } from 'commander';
import { errorCodes, type ErrorCode } from '@idaemon/contracts';

/** Exit codes of the CLI; scripts rely on them. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  notAuthorized: 4,
  conflict: 5,
  unavailable: 6,
  runNotSucceeded: 7,
  stillWaiting: 8,
} as const;

/** What the user is told: the thing and the cause, then the next step. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
    readonly action?: string,
    readonly fields: { path: string; message: string }[] = [],
  ) {
    super(message);
  }
}

const byStatus: Record<number, number> = {
  400: exitCodes.usage,
  401: exitCodes.notAuthorized,
  403: exitCodes.notAuthorized,
  404: exitCodes.notFound,
  409: exitCodes.conflict,
  412: exitCodes.conflict,
  422: exitCodes.usage,
  503: exitCodes.unavailable,
};

export function exitCodeOfStatus(status: number): number {
  return byStatus[status] ?? exitCodes.failure;
}

/** Prints an error as people read it and answers the exit code. No stack: it says nothing to a user. */
export function explainError(error: unknown, print: (line: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (!(error instanceof CliError)) {
    print(`Error: ${error instanceof Error ? error.message : String(error)}`);
    return exitCodes.failure;
  }
  print(`Error: ${error.message}`);
  for (const { path, message } of error.fields) print(`  ${path || '(document)'}: ${message}`);
  if (error.action) print(`Next: ${error.action}`);
  return error.exitCode;
}

export function actionOf(code: string): string | undefined {
  return code in errorCodes ? errorCodes[code as ErrorCode].action : undefined;
}
