import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { DeliveryError } from './delivery.error.js';

const packed = promisify(gzip);

export interface DeliveryOptions {
  key?: string | undefined;
  gzip: boolean;
  /** Of one try. */
  timeoutMs: number;
  giveUpAfterMs: number;
  fetchLike: typeof fetch;
  nowMs: () => number;
  wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export interface Delivered {
  status: number;
  body: string;
}

/** Smaller bodies grow. */
const worthPacking = 1024;
const firstWaitMs = 500;
const longestWaitMs = 10_000;

/** Sends the same bytes until they are taken, refused for good, or the time is up. */
export async function deliver(
  url: string,
  body: Buffer,
  options: DeliveryOptions,
  signal: AbortSignal | undefined,
): Promise<Delivered> {
  const isPacked = options.gzip && body.length >= worthPacking;
  const bytes = isPacked ? await packed(body) : body;
  const untilMs = options.nowMs() + options.giveUpAfterMs;
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted();
    const { error, retryAfterMs, delivered } = await tryOnce(url, bytes, isPacked, options, signal);
    if (delivered) return delivered;
    const waitMs = retryAfterMs ?? Math.min(firstWaitMs * 2 ** tries, longestWaitMs);
    if (!isWorthTrying(error) || options.nowMs() + waitMs > untilMs) throw error;
    await options.wait(waitMs, signal);
  }
}

type Try =
  | { delivered: Delivered; error?: undefined; retryAfterMs?: undefined }
  | { delivered?: undefined; error: DeliveryError; retryAfterMs?: number | undefined };

async function tryOnce(
  url: string,
  body: Buffer,
  isPacked: boolean,
  { key, fetchLike, timeoutMs }: DeliveryOptions,
  signal: AbortSignal | undefined,
): Promise<Try> {
  const headers = {
    'content-type': 'application/json',
    ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  const timeUp = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetchLike(url, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
      // A redirected POST arrives as a GET, without the event.
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeUp]) : timeUp,
    });
    const text = await response.text();
    if (response.ok) return { delivered: { status: response.status, body: text } };
    const retryAfterMs = secondsIn(response.headers.get('retry-after'));
    return { error: DeliveryError.ofAnswer(url, response.status, text), retryAfterMs };
  } catch (cause) {
    signal?.throwIfAborted();
    const why = timeUp.aborted ? `did not answer within ${timeoutMs / 1000} s` : 'could not be reached';
    return { error: new DeliveryError(`${url} ${why}`, undefined, [], { cause }) };
  }
}

function isWorthTrying({ status }: DeliveryError): boolean {
  if (status === undefined || status === 408 || status === 429) return true;
  return status >= 500 && status !== 501;
}

/** Receivers say it in seconds; a date is left to the back-off. */
function secondsIn(header: string | null): number | undefined {
  if (header === null || !/^\d{1,4}$/.test(header.trim())) return undefined;
  return Number(header) * 1_000;
}
