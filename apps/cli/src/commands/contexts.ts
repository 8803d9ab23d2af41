import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readContexts, writeContexts } from '../contexts.js';
import { CliError, exitCodes } from '../exit-codes.js';
import type { SessionOf } from '../session.js';

export function addContextCommands(program: Command, session: SessionOf): void {
  const command = program.command('context').description('which daemons this command knows');
  command
    .command('list')
    .description('list the contexts')
    .action(() => {
      const { output, environment } = session();
      const { current, contexts } = readContexts(environment);
      const rows = Object.entries(contexts).map(([name, { url }]) => ({
        name,
        url,
        current: name === current ? '*' : '',
      }));
      output.list(
        rows,
        [
          ['name', (row) => row.name],
          ['url', (row) => row.url],
          ['current', (row) => row.current],
        ],
        'There is no context yet.',
      );
    });
  command
    .command('set')
    .argument('<name>')
    .requiredOption('--url <url>', 'address of the daemon')
    .option('--token-file <path>', 'file that holds the token')
    .option('--token-env <name>', 'environment variable that holds the token')
    .description('add or change a context and use it')
    .action(async (name: string, options: { url: string; tokenFile?: string; tokenEnv?: string }) => {
      const { environment, output } = session();
      const { contexts } = readContexts(environment);
      const { url, tokenFile, tokenEnv } = options;
      if (!URL.canParse(url))
        throw new CliError(`${url} is not a URL`, exitCodes.usage, 'Give one such as http://127.0.0.1:7400.');
      const context = {
        url,
        ...(tokenFile ? { tokenFile: resolve(tokenFile) } : {}),
        ...(tokenEnv ? { tokenEnv } : {}),
      };
      await writeContexts(environment, { current: name, contexts: { ...contexts, [name]: context } });
      output.note(`context ${name} is set and used`);
    });
  command
    .command('use')
    .argument('<name>')
    .description('use another context from now on')
    .action(async (name: string) => {
      const { environment, output } = session();
      const file = readContexts(environment);
      if (!file.contexts[name])
        throw new CliError(
          `There is no context ${name}`,
          exitCodes.notFound,
          'List them with `idaemon context list`.',
        );
      await writeContexts(environment, { ...file, current: name });
      output.note(`context ${name} is used`);
    });
}
