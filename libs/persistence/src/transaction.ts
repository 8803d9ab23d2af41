import type { Sql, Parameters } from './sql.js';

/**
 * The statements of one transaction. Several may be under way: Postgres runs them in the order in which they were sent.
 * What fails after the first failure fails because of it, so that one is thrown. Nothing is sent after it, nor after
 * the end: it would run outside of the transaction.
 */
export class Transaction implements Sql {
  readonly #underWay = new Set<Promise<unknown>>();
  #end: { error: unknown } | undefined;

  constructor(private readonly connection: Pick<Sql, 'rows'>) {}

  /** Resolves when all statements have succeeded, also those that `work` has not waited for. */
  async run<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      const result = await work(this);
      await Promise.all(this.#underWay);
      if (this.#end) throw this.#end.error;
      return result;
    } catch (error) {
      throw this.#endWith(error);
    } finally {
      this.#endWith(new Error('The transaction has ended'));
    }
  }

  async rows<Row>(sql: string, parameters?: Parameters): Promise<Row[]> {
    if (this.#end) throw this.#end.error;
    const rows = this.connection.rows<Row>(sql, parameters);
    this.#underWay.add(rows);
    try {
      return await rows;
    } catch (error) {
      throw this.#endWith(error);
    } finally {
      this.#underWay.delete(rows);
    }
  }

  async row<Row>(sql: string, parameters?: Parameters): Promise<Row | undefined> {
    return (await this.rows<Row>(sql, parameters))[0];
  }

  /** Answers the first one. */
  #endWith(error: unknown): unknown {
    this.#end ??= { error };
    return this.#end.error;
  }
}
