import { lineageMessages, NotFoundError } from '@idaemon/contracts';
import type { Messaging } from '@idaemon/messaging';
import type { EventMatch } from '@idaemon/open-lineage';
import type { Database } from '@idaemon/persistence';
import { DeadEvents } from './dead-events.js';
import { requestReplay } from './replay-rows.js';
import { listSubscriptions } from './subscription-list.js';

/** Any instance answers for all: what they know is in Postgres. */
const options = { queue: 'lineage' };

export function answerRequests(
  messaging: Messaging,
  database: Database,
  /** A dead letter was folded or queued, or a replay asked for. Listeners find theirs by looking. */
  onChange: () => void,
): void {
  const letters = new DeadEvents(database);
  messaging.respond(lineageMessages.deadLetters, {}, (query) => letters.page(query), options);
  messaging.respond(lineageMessages.deadLetter, {}, ({ id }) => letters.get(id), options);
  const replayLetter = async (request: { id: string; body?: string }) => {
    const answer = await letters.replay(request);
    onChange();
    return answer;
  };
  messaging.respond(lineageMessages.replayDeadLetter, {}, replayLetter, options);
  const discard = async ({ id }: { id: string }) => {
    await letters.discard(id);
    return {};
  };
  messaging.respond(lineageMessages.discardDeadLetter, {}, discard, options);
  const list = async ({ connector }: { connector?: string }) => ({
    items: await listSubscriptions(database, connector),
  });
  messaging.respond(lineageMessages.subscriptions, {}, list, options);
  messaging.respond(
    lineageMessages.replay,
    {},
    async ({ connector, from, runId, namespace, changedBy }) => {
      const match: EventMatch = {
        ...(runId === undefined ? {} : { runIds: [runId] }),
        ...(namespace === undefined ? {} : { namespaces: [namespace] }),
      };
      const since = from === undefined ? undefined : new Date(from);
      const request = { connector, from: since, match, requestedBy: changedBy };
      const positions = await requestReplay(database, request);
      if (positions === undefined) throw notListening(connector);
      onChange();
      return { positions };
    },
    options,
  );
}

function notListening(connector: string): NotFoundError {
  return new NotFoundError(`No connector ${JSON.stringify(connector)} listens to OpenLineage events`, {
    action: 'List the subscriptions; a connector has one from its first start on.',
  });
}
