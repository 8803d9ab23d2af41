import { z } from 'zod';

export const egeriaEnvironment = z.object({
  IDAEMON_SERVER_NAME: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'is not 1 to 100 letters, digits, dots, underscores or hyphens')
    .default('idaemon')
    .describe("the server name by which Egeria's tools address this daemon (default idaemon)"),
});

export interface EgeriaSettings {
  /** The one server that this daemon is to Egeria's tools; any other name is answered as not running. */
  serverName: string;
}

export const EGERIA_SETTINGS = Symbol('idaemon:egeria-settings');

export function egeriaSettings(environment: z.output<typeof egeriaEnvironment>): EgeriaSettings {
  return { serverName: environment.IDAEMON_SERVER_NAME };
}
