import { SystemUnavailableError } from '@idaemon/contracts';

/**
 * Connection failures, shutdowns, too many connections: what heals by itself (SQLSTATE classes 08, 53, 57P). Not a
 * statement that Postgres broke off: Postgres itself answers.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof SystemUnavailableError) return !isBrokenOff(error.cause);
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (
    typeof code === 'string' &&
    /^(08|53|57P|ECONN|ENOTFOUND|ETIMEDOUT|EPIPE|EAI_AGAIN|EHOSTUNREACH)/.test(code)
  )
    return true;
  return typeof message === 'string' && lostConnection.test(message);
}

/** What `pg` and TypeORM say when a connection broke, the latter of a transaction that had just no query under way. */
const lostConnection =
  /Connection terminated|not queryable|query runner (was )?already released|timeout exceeded when trying to connect|ECONNREFUSED/i;

/** The code of Postgres for this error, also when it was explained as an unavailable system. */
export function sqlStateOf(error: unknown): string | undefined {
  const origin = error instanceof SystemUnavailableError ? error.cause : error;
  const { code } = (origin ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Cancelled or out of time (57014), a deadlock (40P01), a serialization failure (40001): may go well the next time. */
function isBrokenOff(error: unknown): boolean {
  return ['57014', '40P01', '40001'].includes(sqlStateOf(error) ?? '');
}

/** What heals by itself or may go well the next time is an unavailable system; the rest stays as it is. */
export function explain(error: unknown): unknown {
  if (error instanceof SystemUnavailableError) return error;
  return isUnavailable(error) || isBrokenOff(error)
    ? new SystemUnavailableError('Postgres', { cause: error, action: actions[sqlStateOf(error) ?? ''] })
    : error;
}

/** What only a person can give Postgres; whatever waits for it goes on by itself then. */
const actions: Readonly<Record<string, string>> = {
  '53100': 'Free space on the disk of Postgres, or give it a larger one; then it goes on by itself.',
  '53200': 'Give Postgres more memory, or lower work_mem or max_connections; then it goes on by itself.',
  '53300':
    'Raise max_connections of Postgres, or lower IDAEMON_POSTGRES_POOL of the apps; then it goes on by itself.',
};
