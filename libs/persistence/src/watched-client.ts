import pg from 'pg';

export interface StatementLimits {
  /** A statement that takes longer makes us ask, on a new connection, whether Postgres is still there and at work on it. */
  silenceMs: number;
  /** What takes longer is given up, whoever is still there. */
  limitMs: number;
  /** Statements with parameters are parsed and planned once by each connection, not each time. */
  isPrepared?: boolean;
}

/** Timers may end that much early. */
const timerErrorMs = 2;

/**
 * The client of a pool whose statements end. A host that is lost without a word would hold them for as long as TCP
 * tries to reach it, a quarter of an hour; so the socket is destroyed, and the pool replaces the connection.
 */
export function watchedClient(limits: StatementLimits): typeof pg.Client {
  const patienceMs = (silentMs: number) =>
    Math.max(timerErrorMs, Math.min(limits.silenceMs, limits.limitMs - silentMs));
  const names = new Map<string, string>();
  return class WatchedClient extends pg.Client {
    readonly #config: pg.ClientConfig | undefined;
    #answeredAtMs = 0;

    constructor(config?: pg.ClientConfig) {
      super(config);
      this.#config = config;
    }

    override query(...call: unknown[]): never {
      const send = super.query.bind(this) as (...parameters: unknown[]) => unknown;
      const answer = send(...(limits.isPrepared ? prepared(call, names) : call));
      if (answer instanceof Promise) void this.#watch(answer);
      // The overloads of `pg` are those of the call; what it answers goes through as it is.
      return answer as never;
    }

    /** Statements wait for those that were sent before them: what counts is since when nothing has been answered. */
    async #watch(answer: Promise<unknown>): Promise<void> {
      const sentAtMs = performance.now();
      const silentMs = () => performance.now() - Math.max(sentAtMs, this.#answeredAtMs);
      const isAnswered = answer.then(
        () => true,
        () => true,
      );
      while (!(await settledWithin(isAnswered, patienceMs(silentMs())))) {
        const isLost = await this.#isLost(silentMs());
        if (isLost && !(await settledWithin(isAnswered, 0))) return this.#giveUp(silentMs());
      }
      this.#answeredAtMs = performance.now();
    }

    async #isLost(silentMs: number): Promise<boolean> {
      if (silentMs >= limits.limitMs - timerErrorMs) return true;
      if (silentMs < limits.silenceMs - timerErrorMs) return false;
      const processId: unknown = Reflect.get(this, 'processID');
      return !(await isAtWork(this.#config, processId, limits.silenceMs / 2));
    }

    #giveUp(afterMs: number): void {
      this.connection.stream.destroy(silence(afterMs));
    }
  };
}

/** The same statement with a name, which is what makes Postgres keep it. */
function prepared(call: unknown[], names: Map<string, string>): unknown[] {
  const [text, values, ...rest] = call;
  if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return call;
  const name = names.get(text) ?? `statement-${names.size + 1}`;
  names.set(text, name);
  return [{ name, text, values }, ...rest];
}

function silence(afterMs: number): Error {
  const message = `It did not answer for ${Math.round(afterMs / 100) / 10} s`;
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}

async function settledWithin(settled: Promise<boolean>, timeMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeMs);
  });
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * False when nobody answers, or when the process of the connection has been idle for a while: the statement or its
 * answer was lost on the way. A Postgres that refuses us, e.g. since it has too many connections, is there; a process
 * that it does not know, as behind a connection pooler, may be at work.
 */
async function isAtWork(
  config: pg.ClientConfig | undefined,
  processId: unknown,
  idleMs: number,
): Promise<boolean> {
  const probe = new pg.Client({ ...config, query_timeout: probeLimitMs });
  probe.on('error', () => undefined);
  try {
    await probe.connect();
    const idle = await probe.query(idleQuery, [processId, config?.application_name ?? '', idleMs]);
    return idle.rows.length === 0;
  } catch (error) {
    return /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code));
  } finally {
    void probe.end().catch(() => undefined);
  }
}

const probeLimitMs = 5_000;
const idleQuery = `select from pg_stat_activity where pid = $1 and application_name = $2 and state like 'idle%'
  and state_change < clock_timestamp() - $3 * interval '1 millisecond'`;
