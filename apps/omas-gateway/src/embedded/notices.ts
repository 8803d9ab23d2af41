/** Told after a commit, so that others look again; losing a notice loses nothing. */
export interface Notices {
  feedGrew(position: number): void;
  runReported(connector: string): void;
}
