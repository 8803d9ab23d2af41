/** Which daemon the CLI talks to: contexts in a file of the user's, or the environment, or a daemon started here. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { defaultPorts } from '@idaemon/contracts';
import { CliError, exitCodes } from './exit-codes.js';

const Context = z.strictObject({
  url: z.url(),
  /** The file that holds the token; a token itself is never kept in the contexts. */
  tokenFile: z.string().optional(),
  tokenEnv: z.string().optional(),
});
export type Context = z.output<typeof Context>;

const ContextFile = z.strictObject({
  current: z.string().optional(),
  contexts: z.record(z.string(), Context).default({}),
});
export type ContextFile = z.output<typeof ContextFile>;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Endpoint {
  url: string;
  token: string | undefined;
}

export function contextFilePath(environment: Environment): string {
  const base = environment.XDG_CONFIG_HOME ?? join(homedir(), '.config');
  return environment.IDAEMON_CONFIG ?? join(base, 'idaemon', 'contexts.yaml');
}

export function readContexts(environment: Environment): ContextFile {
  const path = contextFilePath(environment);
  if (!existsSync(path)) return { contexts: {} };
  const parsed = ContextFile.safeParse(parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new CliError(
    `The file of contexts ${path} is not valid: ${z.prettifyError(parsed.error)}`,
    exitCodes.usage,
    'Correct it or delete it.',
  );
}

export async function writeContexts(environment: Environment, contexts: ContextFile): Promise<void> {
  const path = contextFilePath(environment);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, stringify(contexts), { mode: 0o600 });
}

/** Environment first (IDAEMON_URL, IDAEMON_TOKEN), then the context, then what `npm start` left in `.idaemon`. */
export function endpointOf(
  environment: Environment,
  contextName: string | undefined,
  folder: string,
): Endpoint {
  const { current, contexts } = readContexts(environment);
  const name = contextName ?? environment.IDAEMON_CONTEXT ?? current;
  const token = environment.IDAEMON_TOKEN;
  if (environment.IDAEMON_URL && !contextName) {
    return { url: environment.IDAEMON_URL, token: token ?? localToken(environment, folder) };
  }
  if (name) return fromContext(environment, name, contexts[name], Object.keys(contexts));
  return { url: localUrl(environment, folder), token: token ?? localToken(environment, folder) };
}

function fromContext(
  environment: Environment,
  name: string,
  context: Context | undefined,
  known: string[],
): Endpoint {
  if (!context) {
    const list = known.length ? `known ones: ${known.join(', ')}` : 'there is none yet';
    throw new CliError(
      `There is no context ${name}; ${list}`,
      exitCodes.usage,
      'Add it with `idaemon context set NAME --url URL`.',
    );
  }
  const { url, tokenFile, tokenEnv } = context;
  const fromEnvironment = tokenEnv ? environment[tokenEnv] : undefined;
  return {
    url,
    token: fromEnvironment ?? (tokenFile ? readToken(tokenFile) : undefined) ?? environment.IDAEMON_TOKEN,
  };
}

/** The home of a daemon started on this machine: IDAEMON_HOME, else the nearest `.idaemon` above. */
function localHome(environment: Environment, folder: string): string | undefined {
  if (environment.IDAEMON_HOME) return environment.IDAEMON_HOME;
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.idaemon'))) return join(at, '.idaemon');
    if (dirname(at) === at) return undefined;
  }
}

function localUrl(environment: Environment, folder: string): string {
  const home = localHome(environment, folder);
  const file = home && join(home, 'url');
  return file && existsSync(file)
    ? readFileSync(file, 'utf8').trim()
    : `http://127.0.0.1:${defaultPorts.daemon}`;
}

function localToken(environment: Environment, folder: string): string | undefined {
  const home = localHome(environment, folder);
  return home ? readToken(join(home, 'token')) : undefined;
}

function readToken(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}
