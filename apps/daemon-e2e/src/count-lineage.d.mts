/** An event with its time as text that compares. */
export interface CountedEvent {
  at: string;
  [property: string]: unknown;
}

export interface LineageCounts {
  jobs: number;
  runs: number;
  datasets: number;
  columns: number;
  columnLinks: number;
}

export function readEvents(paths: readonly string[]): CountedEvent[];
export function countLineage(events: readonly CountedEvent[]): LineageCounts;
