import { eventIdOf, readEvent } from '@idaemon/open-lineage';
import { Database } from '@idaemon/persistence';
import { freshDatabase } from '../../../../tools/launcher/testing.mjs';
import { appendEvents, type NewEvent } from '../log/append-events.js';
import { lineageMigrations } from '../migrations/index.js';

export interface LineageStore {
  database: Database;
  url: string;
  /** Adds events to the log in one transaction. */
  log: (...events: readonly (object | string)[]) => Promise<void>;
  drop: () => Promise<void>;
}

/** Schema `lineage` in a database of one's own. */
export async function lineageStore(): Promise<LineageStore> {
  const { url, drop } = await freshDatabase();
  const database = await Database.open(
    { url, schema: 'lineage', migrations: lineageMigrations, applicationName: 'spec' },
    new AbortController().signal,
  );
  return {
    database,
    url,
    log: async (...events) => void (await appendEvents(database, events.map(newEvent))),
    drop: async () => {
      await database.close();
      await drop();
    },
  };
}

/** As the receiving side makes it. */
export function newEvent(event: object | string): NewEvent {
  const body = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
  const { kind, orderingKey } = readEvent(body);
  return { id: eventIdOf(body), orderingKey, kind, sender: 'spec', body };
}
