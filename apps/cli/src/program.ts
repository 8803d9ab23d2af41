import { setTimeout as wait } from 'node:timers/promises';
import tab from '@bomb.sh/tab/commander';
import { Command, Option } from 'commander';
import { ApiClient } from './api-client.js';
import { addConnectorCommands } from './commands/connectors.js';
import { addContextCommands } from './commands/contexts.js';
import { addDeadLetterCommands } from './commands/dead-letters.js';
import { addDocumentCommands } from './commands/documents.js';
import { addLineageCommands } from './commands/lineage.js';
import { addResourceCommands } from './commands/resources.js';
import { endpointOf, type Environment } from './contexts.js';
import { CliError, exitCodes } from './exit-codes.js';
import {
  createOutput,
  graphFormats,
  isGraphFormat,
  outputFormats,
  type GraphFormat,
  type OutputFormat,
} from './output.js';
import type { Session } from './session.js';

export interface ProgramOptions {
  environment: Environment;
  folder: string;
  print: (line: string) => void;
  printError: (text: string) => void;
  exitWith: (code: number) => void;
  fetchLike?: typeof fetch;
  now?: () => Date;
  wait?: (ms: number) => Promise<void>;
}

const afterHelp = `
Which daemon: IDAEMON_URL and IDAEMON_TOKEN, else the context, else the one that \`npm start\` runs here.
Exit codes: 0 done · 1 failed · 2 wrong usage or document · 3 not found · 4 not authorized · 5 conflict ·
6 daemon or service unavailable · 7 the run ended, but not with "succeeded" · 8 the waiting ended before the run`;

export function createProgram(options: ProgramOptions): Command {
  const program = new Command('idaemon')
    .description('Steers an integration daemon.')
    .version('0.1.0')
    .addOption(
      new Option('-o, --output <format>', `how to print; ${graphFormats.join(' and ')}: graphs`)
        .choices([...outputFormats, ...graphFormats])
        .default('table'),
    )
    .option('--context <name>', 'which daemon, of the contexts')
    .addHelpText('after', afterHelp)
    .configureOutput({ writeOut: (text) => options.print(text.trimEnd()), writeErr: options.printError })
    .showHelpAfterError('(`idaemon --help` lists the commands)')
    .exitOverride()
    .hook('preAction', refuseOtherGraphs);
  const session = (): Session => sessionOf(options, program.opts<GlobalOptions>());
  addDocumentCommands(program, session);
  addResourceCommands(program, session);
  addConnectorCommands(program, session);
  addDeadLetterCommands(program, session);
  addLineageCommands(program, session);
  addContextCommands(program, session);
  tab(program, { completionCommandName: 'completion' });
  return program;
}

function refuseOtherGraphs(program: Command, action: Command): void {
  const { output } = program.opts<GlobalOptions>();
  if (!isGraphFormat(output) || action.name() === 'graph') return;
  throw new CliError(
    `\`${action.name()}\` cannot print as ${output}`,
    exitCodes.usage,
    `Take one of ${outputFormats.join(', ')}.`,
  );
}

interface GlobalOptions {
  output: OutputFormat | GraphFormat;
  context?: string;
}

function sessionOf(options: ProgramOptions, { output, context }: GlobalOptions): Session {
  const { environment, folder, print, exitWith, fetchLike } = options;
  return {
    api: new ApiClient(endpointOf(environment, context, folder), fetchLike),
    output: createOutput(output, print),
    format: output,
    print,
    fetchLike: fetchLike ?? fetch,
    environment,
    exitWith,
    now: options.now ?? (() => new Date()),
    wait: options.wait ?? ((ms) => wait(ms)),
  };
}
