import { IdaemonError, RequestError } from '@idaemon/contracts';
import type { Metrics } from '@idaemon/metrics';
import { sqlStateOf } from '@idaemon/persistence';
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

/** What Postgres refuses because of the request, not of the store. */
function explain(error: unknown): unknown {
  switch (sqlStateOf(error)) {
    case queryCancelled:
      return new RequestError('The query took longer than it may and was cancelled', {
        cause: error,
        action: 'Narrow it: by type, by source, by a longer word, or with a smaller depth or limit.',
      });
    case characterNotInRepertoire:
    case untranslatableCharacter:
      return new RequestError('A text of the request holds a character that Postgres cannot store (NUL)', {
        cause: error,
        action: 'Leave the character out and send the request again.',
      });
    default:
      return error;
  }
}

// SQLSTATE
const queryCancelled = '57014';
const characterNotInRepertoire = '22021';
const untranslatableCharacter = '22P05';
