import { answerRefused, type Exchange } from './answer.js';
import type { Refusal } from './refusal.js';

export const voidResponse = '{"class":"VoidResponse","relatedHTTPCode":200}';

const exceptions = 'org.odpi.openmetadata.frameworks.connectors.ffdc';

/**
 * In Egeria's envelope, yet with the status of HTTP: Egeria itself answers 200 for every failure, and its client loses the
 * event without a word.
 */
export function refuseAsEgeria(exchange: Exchange, refusal: Refusal, isStopping: boolean): void {
  const { status, message, options } = refusal;
  const places = (options.errors ?? []).map(({ pointer, message: problem }) => `${pointer}: ${problem}`);
  const body = {
    class: 'VoidResponse',
    relatedHTTPCode: status,
    exceptionClassName: `${exceptions}.${exceptionOf(status)}`,
    actionDescription: 'publishOpenLineageEvent',
    exceptionErrorMessage: [message, ...places].join(' '),
    exceptionUserAction: message,
  };
  answerRefused(exchange, refusal, body, isStopping);
}

function exceptionOf(status: number): string {
  if (status === 401 || status === 403) return 'UserNotAuthorizedException';
  return status < 500 ? 'InvalidParameterException' : 'PropertyServerException';
}
