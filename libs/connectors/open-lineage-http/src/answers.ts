import {
  ConfigurationError,
  InvalidMetadataError,
  NotAuthorizedError,
  SystemUnavailableError,
} from '@idaemon/connector-kit';
import type { Answer } from './poster.js';

/** What an answer to one event means; undefined: it was taken. */
export function failureOf(answer: Answer, url: URL, nowMs: number): Error | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const said = `${url.origin}${url.pathname} answered ${status}${reasonOf(answer)}`;
  if (status === 401 || status === 403)
    return new NotAuthorizedError(`The OpenLineage receiver ${said}`, {
      action: 'Check the secret token and what it may send; then resume the connector. No event is lost.',
    });
  if (isAway(status))
    return new SystemUnavailableError(`The OpenLineage receiver ${url.origin}`, {
      cause: new Error(`it answered ${status}${reasonOf(answer)}`),
      retryAfterMs: retryAfterMs(answer.retryAfter, nowMs),
    });
  if (isWrongAddress(status))
    return new ConfigurationError(`The OpenLineage receiver ${said}`, {
      action:
        status === 415
          ? 'Set compression to none: the receiver does not take it.'
          : 'Correct url and endpoint: events are posted to exactly that address. No event is lost.',
    });
  return new InvalidMetadataError(`The OpenLineage receiver ${said}`, {
    action: 'Correct the event or the receiver, and replay the dead letter; or discard it.',
  });
}

/** The receiver says that it cannot now, or something before it does. */
function isAway(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status > 501 && status < 600);
}

/** No event would be taken here. */
export function isWrongAddress(status: number): boolean {
  return status < 200 || (status >= 300 && status < 400) || [404, 405, 415, 501].includes(status);
}

/** Seconds or a date; at most an hour, since receivers err too. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  return ms > 0 ? Math.min(Math.ceil(ms), 3_600_000) : undefined;
}

const mostReasonLength = 300;

/** What the answer says itself: a problem's detail, a message, or the beginning of its text. */
export function reasonOf({ body }: Answer): string {
  const text = (saidIn(body) ?? body).replace(/[\s\p{Cc}]+/gu, ' ').trim();
  if (text === '') return '';
  return `: ${text.length > mostReasonLength ? `${text.slice(0, mostReasonLength)}…` : text}`;
}

function saidIn(body: string): string | undefined {
  const parsed = jsonOf(body);
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { detail, message, error, title } = parsed as Record<string, unknown>;
  return [detail, message, error, title].find((one) => typeof one === 'string' && one !== '') as
    string | undefined;
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
