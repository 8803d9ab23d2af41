import { setTimeout as wait } from 'node:timers/promises';
import { BusyError } from '@idaemon/contracts';
import { sqlStateOf, type Database, type Sql } from '@idaemon/persistence';

/** What was read has changed before it was written: all of it is read and decided again. */
export class StaleReadError extends Error {}

const attempts = 8;

/**
 * Commits `work`, again from its beginning when another transaction was in the way (deadlock, serialization, a name
 * that was taken meanwhile). `work` keeps its results in what it returns, nowhere else.
 */
export async function retriedTransaction<T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transaction(work);
    } catch (error) {
      if (!isCollision(error)) throw error;
      if (attempt === attempts) throw collided(error);
      await wait(Math.random() * 20 * 2 ** attempt);
    }
  }
}

function isCollision(error: unknown): boolean {
  if (error instanceof StaleReadError) return true;
  return ['40P01', '40001', '23505'].includes(sqlStateOf(error) ?? '');
}

function collided(cause: unknown): BusyError {
  return new BusyError('Others write the same elements of open metadata at the same time', {
    cause,
    retryAfterMs: 1_000,
  });
}
