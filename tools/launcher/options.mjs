/** The command line of `npm start`. */
import { parseArgs } from 'node:util';
import { LauncherError } from './failure.mjs';

/** @typedef {{ isHelp: boolean, isQuickstart: boolean, services?: string[] }} StartOptions */

/** Name, meaning, default. @type {[string, string, string?][]} */
export const launcherVariables = [
  ['IDAEMON_HOME', 'where data, logs and the token are kept', '.idaemon in this checkout'],
  ['IDAEMON_POSTGRES_URL', 'a PostgreSQL 15 or newer instead of the embedded one'],
  ['IDAEMON_NATS_URL', 'a NATS server instead of one of our own'],
  ['IDAEMON_TOKEN', 'token of the first administrator', 'one is made'],
  ['IDAEMON_HOST', 'address that the processes listen on', '127.0.0.1'],
  ['IDAEMON_CACHE', 'where a fetched NATS server is kept', 'cache in IDAEMON_HOME'],
  ['IDAEMON_<NAME>_PORT', 'port of DAEMON, GATEWAY, POSTGRES, NATS, FILES_INTEGRATOR, ...'],
];

export const help = `npm start [-- options]     from a bare clone to a working system; Ctrl-C stops it, the next start resumes

  --services files,database   only these integrators (default: all that are here)
  --no-quickstart             do not apply examples/quickstart.yaml
  --help                      this text

Environment
${launcherVariables.map(([name, meaning, byDefault]) => `  ${name.padEnd(22)} ${meaning}${byDefault ? ` (default: ${byDefault})` : ''}`).join('\n')}`;

/** @param {string[]} args @returns {StartOptions} */
export function parseStartOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        services: { type: 'string', multiple: true },
        'no-quickstart': { type: 'boolean', default: false },
      },
    });
    const services = values.services
      ?.flatMap((list) => list.split(','))
      .map((name) => name.trim())
      .filter(Boolean);
    return {
      isHelp: values.help,
      isQuickstart: !values['no-quickstart'],
      services: services?.length ? [...new Set(services)] : undefined,
    };
  } catch (error) {
    throw new LauncherError(
      'npm start',
      error instanceof Error ? error.message : String(error),
      'Try "npm start -- --help".',
    );
  }
}
