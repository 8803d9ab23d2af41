import { isObject } from './body-guards.js';
import { boundedKey } from './entity-key.js';
import {
  eventTypes,
  type DatasetName,
  type EventIssue,
  type EventKind,
  type EventType,
  type JobName,
  type OpenLineageEvent,
  type ReadEvent,
} from './event.js';
import { kindOf } from './event-kind.js';
import { instantOf } from './event-time.js';
import { MalformedEventError, maxProblems } from './malformed-event.error.js';
import { parseBody } from './parse-body.js';

/**
 * Reads what an event is about: kind, time, run, job, datasets. Lenient: facets are not judged, `null` is absent.
 * Every request comes through here, so there is no schema library. Throws MalformedEventError and nothing else.
 */
export function readEvent(body: Buffer): ReadEvent {
  const { value, issues } = parseBody(body);
  const found = kindOf(value);
  if (!found) {
    throw new MalformedEventError([
      problem('', 'required', 'An event has a run and a job, a job, or a dataset.'),
    ]);
  }
  if (found.isDoubtful) {
    issues.push(problem('/schemaURL', 'kind', `Taken as a ${found.kind} event, by what it has.`));
  }
  return new Reader(value, issues).read(found.kind);
}

class Reader {
  private readonly problems: EventIssue[] = [];
  private readonly namespaces = new Set<string>();

  constructor(
    private readonly value: Record<string, unknown>,
    private readonly issues: EventIssue[],
  ) {}

  read(kind: EventKind): ReadEvent {
    const { eventTime, instant } = this.time();
    const runId = kind === 'run' ? this.runId() : undefined;
    const job = kind === 'dataset' ? undefined : this.named(this.value.job, '/job');
    const dataset = kind === 'dataset' ? this.named(this.value.dataset, '/dataset') : undefined;
    if (kind !== 'dataset') {
      this.datasets('inputs');
      this.datasets('outputs');
    }
    if (this.problems.length > 0) throw new MalformedEventError(this.problems);
    return {
      kind,
      // What its type promises has been looked at above.
      event: this.value as OpenLineageEvent,
      orderingKey: orderingKeyOf(runId, job, dataset),
      namespaces: [...this.namespaces],
      eventTime,
      instant,
      ...(kind === 'run' ? { eventType: this.eventType(), runId } : {}),
      ...(job ? { job } : {}),
      ...(dataset ? { dataset } : {}),
      issues: this.issues,
    };
  }

  private time(): { eventTime: string; instant: string } {
    const eventTime = this.text(this.value.eventTime, '/eventTime');
    const instant = instantOf(eventTime);
    if (instant !== undefined) return { eventTime, instant };
    if (typeof this.value.eventTime === 'string') {
      this.fail('/eventTime', 'format', 'A date and time of ISO 8601 is needed.');
    }
    return { eventTime, instant: '' };
  }

  private eventType(): EventType {
    const given = this.value.eventType;
    if (given === undefined || given === null) return 'OTHER';
    const upper = typeof given === 'string' ? given.toUpperCase() : '';
    const known = eventTypes.find((type) => type === upper);
    if (known === undefined || known !== given) {
      this.remark(problem('/eventType', 'enum', `Taken as ${known ?? 'OTHER'}.`));
    }
    return known ?? 'OTHER';
  }

  private runId(): string {
    const run = this.value.run;
    if (!isObject(run)) {
      this.fail('/run', 'type', 'An object is needed.');
      return '';
    }
    const runId = this.text(run.runId, '/run/runId');
    if (run.runId === '') this.fail('/run/runId', 'minLength', 'It must not be empty.');
    return runId;
  }

  private datasets(property: 'inputs' | 'outputs'): void {
    const list = this.value[property];
    if (list === undefined || list === null) return;
    if (!Array.isArray(list)) {
      this.fail(`/${property}`, 'type', 'An array is needed.');
      return;
    }
    for (let index = 0; index < list.length; index++) {
      const item: unknown = list[index];
      if (item === null) this.remark(problem(`/${property}/${index}`, 'type', 'Left out: it is null.'));
      else this.nameOfItem(item, property, index);
      if (this.problems.length >= maxProblems) return;
    }
  }

  /** As `named`, without a pointer for each of many datasets that are right. */
  private nameOfItem(item: unknown, property: string, index: number): void {
    if (isObject(item)) {
      const { namespace, name } = item;
      if (typeof namespace === 'string' && namespace !== '' && typeof name === 'string' && name !== '') {
        this.addNamespace(namespace);
        return;
      }
    }
    this.named(item, `/${property}/${index}`);
  }

  private named(item: unknown, pointer: string): JobName & DatasetName {
    if (!isObject(item)) {
      const isMissing = item === undefined || item === null;
      this.fail(pointer, isMissing ? 'required' : 'type', 'An object is needed.');
      return { namespace: '', name: '' };
    }
    const namespace = this.text(item.namespace, `${pointer}/namespace`);
    const name = this.text(item.name, `${pointer}/name`);
    this.addNamespace(namespace);
    if (item.namespace === '') this.remark(problem(`${pointer}/namespace`, 'minLength', 'It is empty.'));
    if (item.name === '') this.remark(problem(`${pointer}/name`, 'minLength', 'It is empty.'));
    return { namespace, name };
  }

  private addNamespace(namespace: string): void {
    this.namespaces.add(namespace);
  }

  private text(value: unknown, pointer: string): string {
    if (typeof value === 'string') return value;
    if (value === undefined || value === null) this.fail(pointer, 'required', 'It is missing.');
    else this.fail(pointer, 'type', 'A text is needed.');
    return '';
  }

  private remark(issue: EventIssue): void {
    if (this.issues.length < maxProblems) this.issues.push(issue);
  }

  private fail(pointer: string, keyword: string, message: string): void {
    this.problems.push(problem(pointer, keyword, message));
  }
}

function orderingKeyOf(
  runId: string | undefined,
  job: JobName | undefined,
  dataset: DatasetName | undefined,
): string {
  if (runId !== undefined) return boundedKey(`run:${runId}`);
  if (job) return boundedKey(`job:${job.namespace}/${job.name}`);
  return boundedKey(`dataset:${dataset?.namespace ?? ''}/${dataset?.name ?? ''}`);
}

function problem(pointer: string, keyword: string, message: string): EventIssue {
  return { pointer, keyword, message };
}
