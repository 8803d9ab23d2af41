import { eventMatcher, readEvent, type EventMatch, type ReadEvent } from '@idaemon/open-lineage';
import { PositionWindow } from './position-window.js';

/** A reading of a stream: the connector's cursor, or a replay of a part beside it. */
export interface EventSource {
  stream: number;
  /** Of the replay; the cursor has none. */
  replay?: string;
  readTo: number;
  /** A replay ends here. */
  until?: number;
  window: PositionWindow;
  /** The position that is saved. */
  savedTo: number;
  wants: (body: Buffer) => boolean;
}

export function sourceOf(
  { stream, position, until, replay }: { stream: number; position: number; until?: number; replay?: string },
  ...matches: (EventMatch | undefined)[]
): EventSource {
  const tests = matches.filter((match) => match !== undefined).map(eventMatcher);
  return {
    stream,
    replay,
    until,
    readTo: position,
    savedTo: position,
    window: new PositionWindow(position),
    wants: (body) => tests.length === 0 || fits(body, tests),
  };
}

function fits(body: Buffer, tests: readonly ((event: ReadEvent) => boolean)[]): boolean {
  const event = readEvent(body);
  return tests.every((test) => test(event));
}
