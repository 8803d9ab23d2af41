import type { RunMode } from '@idaemon/contracts';
import type { ConnectorStateStore } from '@idaemon/connector-kit';
import type { SessionWriter } from './session-writer.js';
import { stateValue } from './state-store.js';

/** State within a session: saved with what was written before it. A plan sees what it has put, and keeps nothing. */
export function sessionState(
  kept: ConnectorStateStore,
  writer: SessionWriter,
  mode: RunMode,
): ConnectorStateStore {
  const planned = new Map<string, unknown>();
  return {
    get: async (key) => (planned.has(key) ? planned.get(key) : kept.get(key)),
    put: async (key, value) => {
      const json = stateValue(key, value);
      if (mode === 'plan') planned.set(key, json);
      else if (!(await writer.saveWithLast({ [key]: json }))) await kept.put(key, json);
    },
  };
}
