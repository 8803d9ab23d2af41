import {
  errorCodes,
  fromWireError,
  IdaemonError,
  NotAuthorizedError,
  SystemUnavailableError,
  toWireError,
  type WireError,
} from '@idaemon/contracts';
import type { Redaction } from '../bootstrap/redaction.js';

const unreachable = /^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOST|ENET|EPIPE|ENOTCONN|ESTALE|EIO$)/;
const refused = /^(EACCES|EPERM)$/;

/** What happens after a failure of a connector. */
export type FailureConsequence = 'retry' | 'person' | 'stop';

/** The error that a status, a report or an answer may show: named, with its next step, without any secret. */
export function explainFailure(error: unknown, connector: string, redaction: Redaction): IdaemonError {
  return scrubbed(toWireError(named(error, connector)), redaction);
}

export function consequenceOf(error: IdaemonError): FailureConsequence {
  const { consequence } = errorCodes[error.code];
  return consequence === 'person' || consequence === 'stop' ? consequence : 'retry';
}

/** Errors of the operating system that a connector let through are not bugs: the third party is away, or refuses. */
function named(error: unknown, connector: string): unknown {
  if (error instanceof IdaemonError) return error;
  const code = codeOf(error) ?? codeOf((error as { cause?: unknown } | undefined)?.cause);
  if (code === undefined) return error;
  if (unreachable.test(code))
    return new SystemUnavailableError(`The third party of ${connector}`, { cause: error });
  const reason = error instanceof Error ? error.message : code;
  if (refused.test(code)) return new NotAuthorizedError(`${connector} may not do this: ${reason}`);
  return error;
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

function scrubbed(wire: WireError, redaction: Redaction): IdaemonError {
  const errors = wire.errors?.map(({ path, message }) => ({ path, message: redaction.text(message) }));
  return fromWireError({
    ...wire,
    message: redaction.text(wire.message),
    action: redaction.text(wire.action),
    ...(errors ? { errors } : {}),
  });
}
