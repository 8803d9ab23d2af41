/** Parameters of a query: what `pg` takes. */
export type Parameters = readonly unknown[];

/** Runs SQL. In a transaction all of it goes through one connection, in the order in which it was asked for. */
export interface Sql {
  /** The rows of one statement. */
  rows<Row>(sql: string, parameters?: Parameters): Promise<Row[]>;
  /** The first row, undefined when there is none. */
  row<Row>(sql: string, parameters?: Parameters): Promise<Row | undefined>;
}
