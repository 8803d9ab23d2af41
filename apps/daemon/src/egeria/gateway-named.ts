import type { GatewayRepository } from '../configuration/gateway.repository.js';
import { EgeriaError } from './egeria-error.js';
import { nameFor } from './names.js';

/** The gateway to a metadata access server has its name: as it is, or in the form that names have here. */
export async function gatewayNamed(gateways: GatewayRepository, serverName: string): Promise<string> {
  const declared = await gateways.names();
  const found = [serverName, nameFor(serverName)].find((name) => declared.includes(name));
  if (found !== undefined) return found;
  throw new EgeriaError('IDAEMON-EGERIA-400-004', [serverName, declared.join(', ')], 'omagserverName');
}
