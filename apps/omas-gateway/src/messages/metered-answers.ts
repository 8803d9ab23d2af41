import { IdaemonError, RequestError } from '@idaemon/contracts';
import type { Metrics } from '@idaemon/metrics';
import type { WorkPool } from './work-pool.js';

type Work = Readonly<Record<string, (request: never) => Promise<unknown>>>;

/** The same answers, their time and outcome counted, in the pool if one is given. */
export function meteredAnswers<A extends Work>(answers: A, metrics: Metrics, pool?: WorkPool): A {
  const metered = Object.entries(answers).map(([operation, answer]) => {
    const work = (request: never) => timed(operation, metrics, () => answer(request));
    return [operation, pool ? (request: never) => pool.run(() => work(request)) : work];
  });
  return Object.fromEntries(metered) as A;
}

async function timed<T>(operation: string, metrics: Metrics, work: () => Promise<T>): Promise<T> {
  const begun = process.hrtime.bigint();
  let outcome = 'ok';
  try {
    return await work();
  } catch (thrown) {
    const error = explain(thrown);
    outcome = error instanceof IdaemonError ? error.code : 'internal-error';
    throw error;
  } finally {
    const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
    metrics.gatewayRequestDuration.observe({ operation, outcome }, seconds);
  }
}

/** Postgres cancels a statement that takes longer than its limit: SQLSTATE 57014. */
function explain(error: unknown): unknown {
  if ((error as { code?: unknown } | null)?.code !== '57014') return error;
  return new RequestError('The query took longer than it may and was cancelled', {
    cause: error,
    action: 'Narrow it: by type, by source, by a longer word, or with a smaller depth or limit.',
  });
}
