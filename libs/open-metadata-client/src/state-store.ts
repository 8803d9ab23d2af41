import { gatewayMessages, maxStateBytes, RequestError, type StateValues } from '@idaemon/contracts';
import type { ConnectorStateStore } from '@idaemon/connector-kit';
import type { GatewayRequests } from './gateway-requests.js';

/** Small JSON values of a connector, kept by the gateway under the connector's claim. */
export function stateStore(requests: GatewayRequests, signal: AbortSignal): ConnectorStateStore {
  const { fence } = requests.options;
  return {
    get: async (key) => {
      const { connector, shard } = fence;
      const { value } = await requests.ask(gatewayMessages.getState, { connector, shard, key }, signal);
      return value ?? undefined;
    },
    put: async (key, value) => {
      const json = stateValue(key, value);
      await requests.ask(gatewayMessages.putState, { fence, key, value: json }, signal, { isWrite: true });
    },
  };
}

/** As JSON, by their keys. */
export function stateValues(state: Readonly<Record<string, unknown>> | undefined): StateValues | undefined {
  if (!state) return undefined;
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, stateValue(key, value)]));
}

export function stateValue(key: string, value: unknown): StateValues[string] {
  const text = JSON.stringify(value ?? null);
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxStateBytes) return JSON.parse(text) as StateValues[string];
  throw new RequestError(`The state ${key} has ${bytes} bytes, more than ${maxStateBytes}`, {
    action: 'Keep a cursor or a hash instead of the data itself.',
  });
}
