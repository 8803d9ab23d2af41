import type { IncomingHttpHeaders } from 'node:http';
import { SystemUnavailableError } from '@idaemon/contracts';
import { MalformedEventError } from '@idaemon/open-lineage';
import type { EventLog } from '../log/event-log.js';
import type { KeyVerdict, Sender, SenderKeys } from '../senders/sender-keys.js';
import type { Admission, Room } from './admission.js';
import { answer, refuse, type Exchange } from './answer.js';
import { refuseAsEgeria, voidResponse } from './egeria-answer.js';
import { EventReader } from './event-reader.js';
import type { Endpoint, IntakeMetrics } from './intake-metrics.js';
import { declaredBytes, readBody, SenderGoneError, type BodyLimits } from './read-body.js';
import { keyNeeded, malformed, Refusal, stopping, unavailable } from './refusal.js';
import { takeBatch } from './take-batch.js';

export interface ReceiverOptions {
  keys: SenderKeys;
  admission: Admission;
  log: Pick<EventLog, 'append'>;
  reader: EventReader;
  limits: BodyLimits;
  maxBatch: number;
  metrics: IntakeMetrics;
  isStopping: () => boolean;
  /** Told of what nobody expected. */
  onError: (error: unknown) => void;
}

/** How the answer is put: as OpenLineage's clients read it, or as Egeria's do. */
export type Voice = 'open-lineage' | 'egeria';

/** Takes events from requests into the log, and answers when Postgres has committed them. */
export class Receiver {
  constructor(private readonly options: ReceiverOptions) {}

  single(exchange: Exchange, voice: Voice = 'open-lineage'): Promise<void> {
    return this.#receive(exchange, 'single', voice);
  }

  batch(exchange: Exchange): Promise<void> {
    return this.#receive(exchange, 'batch', 'open-lineage');
  }

  /** Each promise on this way is paid for by every event. */
  async #receive(exchange: Exchange, endpoint: Endpoint, voice: Voice): Promise<void> {
    const { request, response } = exchange;
    const { admission, reader, limits, log, metrics, isStopping } = this.options;
    const startedMs = performance.now();
    let room: Room | undefined;
    try {
      if (isStopping()) throw stopping();
      const sender = senderOf(this.#judge(request.headers) ?? (await this.#judgeAgain(request.headers)));
      reader.checkMediaType(request.headers['content-type']);
      room = admission.enter(sender.name, Math.min(declaredBytes(request), limits.maxBytes));
      const body = await readBody(request, room, limits);
      if (endpoint === 'batch') {
        const result = await takeBatch(body, sender, this.options);
        answer(response, 200, JSON.stringify(result), isStopping());
      } else {
        const event = reader.read(body, sender);
        await log.append([event]);
        if (voice === 'egeria') answer(response, 200, voidResponse, isStopping());
        else answer(response, 201, `{"eventId":"${event.id.toString('hex')}"}`, isStopping());
      }
    } catch (error) {
      this.#refuse(exchange, voice, error);
    } finally {
      room?.leave();
      metrics.answered(endpoint, response.statusCode, startedMs);
    }
  }

  /** Undefined for a key that is worth a second look. */
  #judge(headers: IncomingHttpHeaders): KeyVerdict | undefined {
    const verdict = this.options.keys.judge(headers);
    return verdict === 'unknown' || verdict === 'unread' ? undefined : verdict;
  }

  #judgeAgain(headers: IncomingHttpHeaders): Promise<KeyVerdict> {
    return this.options.keys.judgeAgain(headers);
  }

  #refuse(exchange: Exchange, voice: Voice, error: unknown): void {
    if (error instanceof SenderGoneError || exchange.response.destroyed) return;
    const refusal = refusalOf(error);
    if (refusal.code === 'internal-error') this.options.onError(error);
    if (voice === 'egeria') refuseAsEgeria(exchange, refusal, this.options.isStopping());
    else refuse(exchange, refusal, this.options.isStopping());
  }
}

function senderOf(verdict: KeyVerdict): Sender {
  switch (verdict) {
    case 'missing':
      throw keyNeeded('Send the header "Authorization: Bearer <key>" with the key of a sender.');
    case 'unknown':
      throw keyNeeded('This sender key is not known; an administrator of idaemon makes keys.');
    case 'revoked':
      throw keyNeeded('This sender key was revoked; an administrator of idaemon makes keys.');
    case 'unread':
      throw unavailable('The list of sender keys');
    default:
      return verdict;
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof MalformedEventError) return malformed(error.message, error.problems);
  // What is unexpected may go well the next time, and only 503 lets every client keep its event.
  if (error instanceof SystemUnavailableError) return unavailable('The log of events');
  return new Refusal(503, 'internal-error', 'An error inside idaemon', 'Send the event again.', {
    headers: { 'retry-after': '1' },
  });
}
