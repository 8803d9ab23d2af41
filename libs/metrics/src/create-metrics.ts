import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { metricTable, type MetricRow } from './metrics.js';

type Table = typeof metricTable;
type MetricOf<Row extends MetricRow> = Row['type'] extends 'counter'
  ? Counter<Row['labels'][number]>
  : Row['type'] extends 'gauge'
    ? Gauge<Row['labels'][number]>
    : Histogram<Row['labels'][number]>;

/** The metrics of one process: each row of the table by its key, made when it is first used. */
export type Metrics = { readonly [Key in keyof Table]: MetricOf<Table[Key]> } & {
  /** The text that `/metrics` answers. */
  render(): Promise<string>;
  readonly contentType: string;
  /** Called before each render: for gauges that are read rather than kept. A failure leaves the last values. */
  beforeRender(collect: () => void | Promise<void>): void;
};

/** One per process; `app` is a label of every metric. Process and Node metrics are included. */
export function createMetrics(app: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ app });
  collectDefaultMetrics({ register: registry });
  const collectors: (() => void | Promise<void>)[] = [];
  const metrics = {
    contentType: registry.contentType,
    beforeRender: (collect: () => void | Promise<void>) => void collectors.push(collect),
    render: async () => {
      await Promise.allSettled(collectors.map(async (collect) => collect()));
      return registry.metrics();
    },
  };
  for (const [key, row] of Object.entries<MetricRow>(metricTable)) {
    let made: Counter | Gauge | Histogram | undefined;
    Object.defineProperty(metrics, key, { enumerable: true, get: () => (made ??= make(row, registry)) });
  }
  return metrics as Metrics;
}

function make(row: MetricRow, registry: Registry): Counter | Gauge | Histogram {
  const options = { name: row.name, help: row.help, labelNames: [...row.labels], registers: [registry] };
  if (row.type === 'counter') return new Counter(options);
  if (row.type === 'gauge') return new Gauge(options);
  return new Histogram(row.buckets ? { ...options, buckets: [...row.buckets] } : options);
}
