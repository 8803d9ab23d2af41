export { createMetrics } from './create-metrics.js';
export type { Metrics } from './create-metrics.js';
export { metricTable } from './metrics.js';
export type { MetricRow } from './metrics.js';
