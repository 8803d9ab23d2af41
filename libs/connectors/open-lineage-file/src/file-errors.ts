import { NotAuthorizedError, SystemUnavailableError } from '@idaemon/connector-kit';

/** A full disk and a folder that is not mounted heal; rights do not. */
export function fileFailure(path: string, cause: unknown): Error {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new NotAuthorizedError(`The log of events ${path} cannot be written: ${message}`, {
      action: 'Let the user of the integrator write in the folder. No event is lost.',
    });
  return new SystemUnavailableError(`The log of events ${path}`, { cause });
}
