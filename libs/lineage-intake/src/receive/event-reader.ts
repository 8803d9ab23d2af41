import { isNamespaceAllowed } from '@idaemon/contracts';
import { checkEvent, eventIdOf, MalformedEventError, readEvent, type ReadEvent } from '@idaemon/open-lineage';
import type { NewEvent } from '../log/append-events.js';
import type { Sender } from '../senders/sender-keys.js';
import type { IntakeMetrics } from './intake-metrics.js';
import { forbidden, invalid, unknownMediaType } from './refusal.js';

/** From bytes to what the log keeps, or the reason why not. Of the parsed event nothing is held. */
export class EventReader {
  constructor(
    private readonly metrics: IntakeMetrics,
    private readonly isStrict: boolean,
  ) {}

  /** Only strict receivers mind what a body is called. */
  checkMediaType(contentType: string | undefined): void {
    if (!this.isStrict || contentType === undefined) return;
    if (!/^\s*application\/([\w.+-]+\+)?json\s*(;|$)/i.test(contentType)) throw unknownMediaType();
  }

  /** Throws MalformedEventError, or a refusal. */
  read(body: Buffer, sender: Sender): NewEvent {
    const read = this.#readLeniently(body);
    const { kind, orderingKey } = read;
    this.#checkNamespace(read, sender, body.length);
    if (this.isStrict) this.#checkSchema(read, body.length);
    else this.metrics.issues('warning', read.issues);
    this.metrics.event(read, 'accepted', body.length);
    return { id: eventIdOf(body), orderingKey, kind, sender: sender.name, body };
  }

  #readLeniently(body: Buffer): ReadEvent {
    try {
      return readEvent(body);
    } catch (error) {
      if (error instanceof MalformedEventError) this.metrics.issues('error', error.problems);
      this.metrics.event(undefined, 'malformed', body.length);
      throw error;
    }
  }

  #checkSchema(read: ReadEvent, bytes: number): void {
    const issues = checkEvent(read.event, { mode: 'strict' });
    const errors = issues.filter(({ severity }) => severity === 'error');
    this.metrics.issues('error', errors);
    this.metrics.issues(
      'warning',
      issues.filter(({ severity }) => severity === 'warning'),
    );
    if (errors.length === 0) return;
    this.metrics.event(read, 'invalid', bytes);
    throw invalid(errors.map(({ pointer, keyword, message }) => ({ pointer, keyword, message })));
  }

  /** A sender may speak of its own jobs; what data they use is in anybody's namespace. */
  #checkNamespace(read: ReadEvent, { namespaces }: Sender, bytes: number): void {
    const { job, dataset } = read;
    const namespace = job?.namespace ?? dataset?.namespace ?? '';
    if (isNamespaceAllowed(namespaces, namespace)) return;
    this.metrics.event(read, 'forbidden', bytes);
    throw forbidden(job ? '/job/namespace' : '/dataset/namespace');
  }
}
