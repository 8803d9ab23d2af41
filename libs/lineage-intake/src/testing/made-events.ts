/** Events of specs, in the shape that producers send. */
export interface MadeRunEvent {
  run?: number;
  job?: string;
  type?: string;
  /** Seconds after the first. */
  at?: number;
  inputs?: readonly string[];
  outputs?: readonly string[];
  facets?: Record<string, unknown>;
}

export const runIdOf = (run: number): string => `0190a1f0-0000-7000-8000-${String(run).padStart(12, '0')}`;

export function runEvent({ run = 1, job = 'load', type = 'START', at = 0, ...rest }: MadeRunEvent = {}) {
  const time = new Date(Date.UTC(2026, 10, 21, 10) + at * 1000).toISOString();
  const dataset = (name: string) => ({
    namespace: 'postgres://db:5432',
    name,
    facets: {
      schema: { fields: [{ name: 'id', type: 'int' }], _producer: 'https://spec', _schemaURL: 'https://s' },
    },
  });
  return {
    eventTime: time,
    eventType: type,
    producer: 'https://spec',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json',
    run: { runId: runIdOf(run), facets: rest.facets ?? {} },
    job: { namespace: 'spec', name: job, facets: {} },
    inputs: (rest.inputs ?? []).map(dataset),
    outputs: (rest.outputs ?? []).map(dataset),
  };
}
