/** What the launcher says when it cannot go on: the thing, the cause and the next step. */

export class LauncherError extends Error {
  /**
   * @param {string} thing what failed, e.g. `PostgreSQL in .idaemon/postgres`
   * @param {string} reason why, in words of the user's world
   * @param {string} action the next step for a person
   * @param {{ cause?: unknown }} [options]
   */
  constructor(thing, reason, action, options) {
    super(`${thing}: ${withoutFullStop(reason)}. ${action}`, options);
    this.name = 'LauncherError';
    this.thing = thing;
    this.reason = reason;
    this.action = action;
  }
}

/** @param {string} thing @param {unknown} [cause] */
export function diskFull(thing, cause) {
  return new LauncherError(
    thing,
    'the disk is full',
    'Free some space, then start again; what was stored before is kept.',
    {
      cause,
    },
  );
}

/** @param {unknown} error @returns {string | undefined} */
export function codeOf(error) {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * One message for a person, whatever was thrown; never a stack.
 * @param {unknown} error
 * @returns {string}
 */
export function inPlainWords(error) {
  if (error instanceof LauncherError) return error.message;
  const path = pathOf(error) ?? 'A file of this start';
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path, error).message;
    // Postgres: disk_full.
    case '53100':
      return diskFull('PostgreSQL', error).message;
    case 'ECONNREFUSED':
      return `The launcher: ${error instanceof Error && error.message ? error.message : 'nothing answers there'}. Does the system run? "npm start" starts it.`;
    case 'EACCES':
    case 'EPERM':
      return `${path}: access is denied. Give your user the right to read and write it, or set IDAEMON_HOME to a folder of your own.`;
    case 'EROFS':
      return `${path}: the file system is read-only. Set IDAEMON_HOME to a folder that can be written.`;
    case 'EMFILE':
    case 'ENFILE':
      return `${path}: too many files are open. Raise the limit with "ulimit -n 4096", then start again.`;
    default:
      return `The launcher: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** What was written to, where something was copied. @param {unknown} error */
function pathOf(error) {
  if (!(error instanceof Error)) return undefined;
  if ('dest' in error) return String(error.dest);
  return 'path' in error ? String(error.path) : undefined;
}

/** @param {string} text */
function withoutFullStop(text) {
  return text.trim().replace(/\.$/, '');
}
