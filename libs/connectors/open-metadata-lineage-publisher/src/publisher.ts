import type { Element, ElementChange } from '@idaemon/connector-kit';
import type { OpenLineageContext } from '@idaemon/integration-services';
import { isSubtypeOf } from '@idaemon/open-metadata';
import type { OpenLineageEvent } from '@idaemon/open-lineage';
import type { PublisherConfig } from './config.js';
import { datasetOf } from './dataset-events.js';
import { producer, schemaUrl } from './facets.js';
import { isHearsay } from './hearsay.js';
import { flowsOf, jobOf } from './job-events.js';
import { isDataset, type OpenMetadataReader } from './open-metadata-reader.js';
import { hashOf, Remembered } from './sent-contents.js';

export interface PublisherOptions {
  config: PublisherConfig;
  reader: OpenMetadataReader;
  openLineage: Pick<OpenLineageContext, 'publish'>;
  now: () => Date;
}

/** Tells the log of events what has changed in open metadata. */
export class Publisher {
  /** Versions of columns that were read with their table: a hundred of one refresh are one event. */
  readonly #columns = new Remembered<number>();
  readonly #sent = new Remembered<string>();

  constructor(private readonly options: PublisherOptions) {}

  /** Resolves when the events of the change are in the log. What is gone has no name any more: nothing is said of it. */
  async publish(change: ElementChange): Promise<void> {
    if (change.kind === 'removed') return;
    const { element } = change;
    if (!this.#leaves(element)) return;
    if (isSubtypeOf(element.type, 'TransientEmbeddedProcess')) return this.#publishRun(element);
    if (isSubtypeOf(element.type, 'Process')) return this.#publishJob(element);
    if (isDataset(element.type)) return this.#publishDataset(element);
    return this.#publishOuter(element);
  }

  #leaves(element: Element): boolean {
    const { sources, excludeSources } = this.options.config;
    const { source } = element;
    if (isHearsay(element) || source === null || excludeSources.includes(source)) return false;
    return sources === undefined || sources.includes(source);
  }

  async #publishJob(process: Element): Promise<void> {
    const { config, reader } = this.options;
    if (!config.publish.includes('jobs')) return;
    await this.#send(process.guid, {
      schemaURL: schemaUrl('JobEvent'),
      job: jobOf(process, config),
      inputs: await flowsOf(process, 'inputs', reader, config),
      outputs: await flowsOf(process, 'outputs', reader, config),
    });
  }

  /** An instance of a process: it began with its effectivity and ended with it. */
  async #publishRun(instance: Element): Promise<void> {
    const { config, reader } = this.options;
    if (!config.publish.includes('runs')) return;
    const process = await this.#processOf(instance);
    if (isHearsay(process)) return;
    const run = {
      schemaURL: schemaUrl('RunEvent'),
      run: { runId: instance.guid },
      job: jobOf(process, config),
      inputs: await flowsOf(instance, 'inputs', reader, config),
      outputs: await flowsOf(instance, 'outputs', reader, config),
    };
    const { guid, effectiveFrom, effectiveTo, createdAt } = instance;
    await this.#send(`${guid} START`, { ...run, eventType: 'START' }, effectiveFrom ?? createdAt);
    if (effectiveTo) await this.#send(`${guid} COMPLETE`, { ...run, eventType: 'COMPLETE' }, effectiveTo);
  }

  /** What it is an instance of; by itself where nothing says so. */
  async #processOf(instance: Element): Promise<Element> {
    const { reader } = this.options;
    for await (const header of reader.others(instance, 'ProcessHierarchy', 1)) {
      const process = await reader.get(header);
      if (process) return process;
    }
    return instance;
  }

  async #publishDataset(element: Element): Promise<void> {
    const { config, reader } = this.options;
    if (!config.publish.includes('datasets')) return;
    const seen = ({ guid, version }: Element) => this.#columns.set(guid, version);
    const dataset = await datasetOf(element, reader, seen);
    if (dataset) await this.#send(element.guid, { schemaURL: schemaUrl('DatasetEvent'), dataset });
  }

  /** A column or schema: the data around it has changed. */
  async #publishOuter(element: Element): Promise<void> {
    const { reader } = this.options;
    if ((this.#columns.get(element.guid) ?? 0) >= element.version) return;
    const header = await reader.datasetOf(element);
    const dataset = header && (await reader.get(header));
    if (dataset && this.#leaves(dataset)) await this.#publishDataset(dataset);
  }

  /** Not again what was said last. */
  async #send(key: string, content: object, eventTime?: string): Promise<void> {
    const hash = hashOf(content);
    if (this.#sent.get(key) === hash) return;
    const event: OpenLineageEvent = {
      eventTime: eventTime ?? this.options.now().toISOString(),
      producer,
      ...content,
    };
    await this.options.openLineage.publish(event);
    this.#sent.set(key, hash);
  }
}
