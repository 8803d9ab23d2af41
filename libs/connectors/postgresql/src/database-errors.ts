import { ConfigurationError, NotAuthorizedError, SystemUnavailableError } from '@idaemon/connector-kit';
import type { Server } from './config.js';

/** Codes of PostgreSQL: its manual, appendix A. */
const refused = ['28000', '28P01', '42501'];
const unknownDatabase = '3D000';
/** Connection, idle too long, rollback, resources, state of an object, operator intervention, system; internal. */
const mayHeal = /^(08|25P03|25P04|40|53|55|57|58|XX)/;
const certificateCodes =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|HOSTNAME_MISMATCH)/;
/** Errors of the driver that have no code. */
const noTls = 'The server does not support SSL connections';
const wantsPassword = /password must be a (non-empty )?string/;

/** The error in the product's terms: the thing, the cause and what happens next. */
export function explained(error: unknown, { address, user }: Server, database: string): unknown {
  if (!(error instanceof Error)) return error;
  const thing = `PostgreSQL at ${address}`;
  const code = codeOf(error);
  const options = { cause: error };
  if (code === unknownDatabase)
    return new ConfigurationError(`${thing} has no database "${database}"`, options);
  if (wantsPassword.test(error.message))
    return new NotAuthorizedError(`${thing} wants a password of role "${user}", and there is none`, {
      ...options,
      action: 'Add a reference to it as the secret "password" of the connector.',
    });
  if (refused.includes(code))
    return new NotAuthorizedError(
      `${thing} refuses role "${user}" in database "${database}": ${error.message}`,
      options,
    );
  if (error.message === noTls || certificateCodes.test(code))
    return new ConfigurationError(`No encrypted connection to ${thing}: ${error.message}`, {
      ...options,
      action: 'Correct "ssl" in the configuration, or the certificate of the server.',
    });
  if (isDatabaseError(error) && !mayHeal.test(code)) return error;
  return new SystemUnavailableError(thing, { cause: error.message ? error : new Error(code, options) });
}

export function isTlsRefusal(error: unknown): boolean {
  return error instanceof Error && error.message === noTls;
}

/** Of one relation: it is locked by someone, or was dropped meanwhile. The others can be read. */
export function concernsOneRelation(error: unknown): error is Error {
  const cause = error instanceof SystemUnavailableError ? error.cause : error;
  return cause instanceof Error && isDatabaseError(cause) && /^(55P03|XX000|42P01)$/.test(codeOf(cause));
}

function isDatabaseError(error: Error): boolean {
  return /^[0-9A-Z]{5}$/.test(codeOf(error)) && 'severity' in error;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
