import { DeliveryError, LineageClient } from '@idaemon/lineage-client';
import { CliError, exitCodeOfStatus, exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';
import { readEvents, type EventText } from './read-events.js';

export interface SendOptions {
  key?: string;
  url?: string;
}

interface Refused {
  place: string;
  reason: string;
}

const atOnce = 500;

/** Sends in the order of files and lines, some hundred events at once: files may be longer than memory. */
export async function sendFiles(
  session: Session,
  files: readonly string[],
  options: SendOptions,
): Promise<void> {
  const { output, environment, fetchLike, api, exitWith } = session;
  const url = options.url ?? api.url;
  const key = options.key ?? environment.IDAEMON_LINEAGE_KEY;
  const client = new LineageClient({ url, fetchLike, ...(key === undefined ? {} : { key }) });
  const summary = { taken: 0, refused: [] as Refused[] };
  for await (const group of grouped(readEvents(files))) {
    const { taken, failed } = await client.sendBatch(group.map(({ body }) => body)).catch(explain);
    summary.taken += taken;
    summary.refused.push(
      ...failed.map(({ index, reason }) => ({ place: group[index]?.place ?? '', reason })),
    );
  }
  output.one(summary, () => [
    ...summary.refused.map(({ place, reason }) => `${place}: ${reason}`),
    `${summary.taken} events taken, ${summary.refused.length} refused`,
  ]);
  if (summary.refused.length > 0) exitWith(exitCodes.failure);
}

async function* grouped(events: AsyncIterable<EventText>): AsyncGenerator<EventText[]> {
  let group: EventText[] = [];
  for await (const event of events) {
    group.push(event);
    if (group.length < atOnce) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function explain(error: unknown): never {
  if (!(error instanceof DeliveryError)) throw error;
  const code = error.status === undefined ? exitCodes.unavailable : exitCodeOfStatus(error.status);
  throw new CliError(error.message, code, nextStep(error.status));
}

function nextStep(status: number | undefined): string {
  if (status === 401 || status === 403) {
    return 'Give a key with --key or IDAEMON_LINEAGE_KEY; `idaemon lineage senders create` makes one.';
  }
  return 'Send the same files again when the receiver is back: events that were taken are kept once.';
}
