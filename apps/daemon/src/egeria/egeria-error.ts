import { IdaemonError, type ErrorCode } from '@idaemon/contracts';
import { messages, textOf, type MessageId } from './messages.js';

/** A failure that Egeria's clients know by its message id. */
export class EgeriaError extends IdaemonError {
  constructor(
    readonly id: MessageId,
    readonly parameters: readonly string[],
    /** Which parameter is wrong, where Egeria's clients ask for it. */
    readonly parameterName?: string,
  ) {
    super(codes[messages[id].httpCode] ?? 'request-invalid', textOf(id, parameters), {
      action: messages[id].action,
    });
  }
}

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'request-invalid',
  404: 'not-found',
  409: 'conflict',
  501: 'method-not-allowed',
};
