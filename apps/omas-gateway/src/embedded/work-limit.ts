/** Bounds how much is done at once; refuses as busy what would wait too long. */
export interface WorkLimit {
  run<T>(work: () => Promise<T>): Promise<T>;
}
