import { gatewayMessages, maxStateBytes, RequestError } from '@idaemon/contracts';
import type { PropertyValue } from '@idaemon/contracts';
import type { ConnectorStateStore } from '@idaemon/connector-kit';
import type { GatewayClient } from './gateway-client.js';

/** Small JSON values of a connector, kept by the gateway under the connector's claim. */
export function stateStore(client: GatewayClient, signal: AbortSignal): ConnectorStateStore {
  const { fence } = client.options;
  return {
    get: async (key) => {
      const { connector, shard } = fence;
      const { value } = await client.ask(gatewayMessages.getState, { connector, shard, key }, signal);
      return value ?? undefined;
    },
    put: async (key, value) => {
      const json = jsonOf(key, value);
      await client.ask(gatewayMessages.putState, { fence, key, value: json }, signal, { isWrite: true });
    },
  };
}

function jsonOf(key: string, value: unknown): PropertyValue {
  const text = JSON.stringify(value ?? null);
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxStateBytes) return JSON.parse(text) as PropertyValue;
  throw new RequestError(`The state ${key} has ${bytes} bytes, more than ${maxStateBytes}`, {
    action: 'Keep a cursor or a hash instead of the data itself.',
  });
}
