/** Where this checkout keeps its data. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const workspaceFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** @param {NodeJS.ProcessEnv} [env] */
export function homeFolder(env = process.env) {
  return env.IDAEMON_HOME ? absolute(env.IDAEMON_HOME) : join(workspaceFolder, '.idaemon');
}

/** Downloaded programs; may be shared by checkouts. @param {NodeJS.ProcessEnv} [env] */
export function cacheFolder(env = process.env) {
  return env.IDAEMON_CACHE ? absolute(env.IDAEMON_CACHE) : join(homeFolder(env), 'cache');
}

/** @param {string} path */
function absolute(path) {
  return resolve(path.replace(/^~(?=\/|$)/, homedir()));
}
