/** Collects the values of a statement that is put together from pieces. */
export class SqlParameters {
  readonly values: unknown[] = [];

  /** The placeholder of the value. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}
