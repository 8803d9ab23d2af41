import { ConfigurationError, Duration, parseDuration } from '@idaemon/connector-kit';
import { z } from 'zod';

const defaultPort = 5432;
const urlForm = 'postgresql://user@host:5432/database';

/** A glob for schemas, or for tables after the first dot: `sales`, `sales.order_*`. */
const NamePattern = z
  .string()
  .min(1)
  .refine(hasWholeParts, 'must be <schema> or <schema>.<table>, each with its own brackets: sales.{a,b}');

const Ssl = z.strictObject({
  mode: z
    .enum(['disable', 'prefer', 'require', 'verify-ca', 'verify-full'])
    .default('verify-full')
    .describe(
      'disable: never encrypt; prefer: encrypt if the server can; require: always encrypt; ' +
        "verify-ca: check the server's certificate too; verify-full: and that it names the host.",
    ),
  ca: z.string().min(1).optional().describe('PEM file of the authorities to trust; default: those of Node.'),
  cert: z.string().min(1).optional().describe('PEM file of the client certificate.'),
  key: z.string().min(1).optional().describe('PEM file of the key of the client certificate.'),
});

export const PostgresqlConfig = z.object({
  url: z
    .string()
    .superRefine(checkUrl)
    .describe(`Server, role and database, ${urlForm}; the password is the secret "password".`),
  knownAs: z
    .string()
    .regex(/^[^\s/@:]+:\d+$/, 'must be <host>:<port>')
    .optional()
    .describe(
      "<host>:<port> for names and locators, where others reach the server by another than the url's.",
    ),
  databases: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("Globs of the server's databases to catalogue; default: the one in the url only."),
  include: z
    .array(NamePattern)
    .min(1)
    .optional()
    .describe('Globs of what to catalogue: <schema> or <schema>.<table>; default: everything.'),
  exclude: z
    .array(NamePattern)
    .optional()
    .describe('Globs of what to leave out: <schema> or <schema>.<table>; stronger than include.'),
  ssl: Ssl.optional().describe('Encryption; default: as libpq does, prefer.'),
  statementTimeout: Duration.default('60s').describe('A query that takes longer is ended.'),
  notifications: z
    .strictObject({
      install: z
        .boolean()
        .default(false)
        .describe('Make the event triggers where they are missing, which needs a superuser.'),
    })
    .optional()
    .describe('Refresh at once when tables change, told by event triggers; default: no.'),
});
export type PostgresqlConfig = z.output<typeof PostgresqlConfig>;

export type SslOptions = z.output<typeof Ssl>;

/** Where and as whom to log in. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  /** The one that the url names. */
  readonly database: string;
  /** `host:port` as names have it. */
  readonly address: string;
  readonly ssl: Omit<SslOptions, 'mode'> & { mode: SslOptions['mode'] };
  readonly statementTimeoutMs: number;
}

export function serverOf(config: PostgresqlConfig, password: string | undefined): Server {
  const { hostname, port, username, pathname } = new URL(config.url);
  const portNumber = port === '' ? defaultPort : Number(port);
  const statementTimeoutMs = parseDuration(config.statementTimeout);
  if (statementTimeoutMs === undefined)
    throw new ConfigurationError(`statementTimeout ${config.statementTimeout} is no duration`);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: portNumber,
    user: decodeURIComponent(username),
    password,
    database: decodeURIComponent(pathname.slice(1)),
    address: (config.knownAs ?? `${hostname}:${portNumber}`).toLowerCase(),
    ssl: config.ssl ?? { mode: 'prefer' },
    statementTimeoutMs,
  };
}

function checkUrl(text: string, context: z.RefinementCtx): void {
  const wrong = whatIsWrong(text);
  if (wrong) context.addIssue({ code: 'custom', message: `${wrong}; it has the form ${urlForm}` });
}

/** Never repeats the text: it may hold a password. */
function whatIsWrong(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol))
    return 'is no URL of a PostgreSQL database';
  if (url.password) return 'must hold no password: give a reference to it as the secret "password"';
  if (!url.hostname) return 'names no host';
  if (!url.username) return 'names no user';
  if (!/^\/[^/]+$/.test(url.pathname)) return 'names no database';
  if (url.search || url.hash) return 'takes no parameters: encryption is set by "ssl"';
  return isDecodable(url.username) && isDecodable(url.pathname) ? undefined : 'has a wrong % escape';
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function hasWholeParts(pattern: string): boolean {
  return splitPattern(pattern).every((part) => part !== '' && areBalanced(part));
}

/** `[schema]` or `[schema, table]`. */
export function splitPattern(pattern: string): string[] {
  const dot = pattern.indexOf('.');
  return dot < 0 ? [pattern] : [pattern.slice(0, dot), pattern.slice(dot + 1)];
}

function areBalanced(part: string): boolean {
  return ['{}', '[]', '()'].every(
    ([open = '', close = '']) => part.split(open).length === part.split(close).length,
  );
}
