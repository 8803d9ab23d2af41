import { IdaemonError, toWireError } from '@idaemon/contracts';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { Redaction } from './redaction.js';
import { textLines } from './text-lines.js';

/** The log of the process: `log.info({ connector }, 'text')`. One line per event, secrets hidden. */
export type Log = Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  app: string;
  level: LogLevel;
  format: 'json' | 'text';
  redaction: Redaction;
  /** Default: standard output. */
  destination?: DestinationStream;
}

export function createLog({ app, level, format, redaction, destination }: LogOptions): Log {
  const output = destination ?? pino.destination(1);
  return pino(
    {
      level,
      base: { app },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describeError },
      redact: {
        paths: ['password', 'token', 'authorization', '*.password', '*.token', '*.authorization'],
        censor: '***',
      },
      hooks: { streamWrite: (line) => redaction.json(line) },
    },
    format === 'text' ? textLines(output) : output,
  );
}

/** The product's own errors in a few words; the rest are bugs and keep their stack. */
function describeError(error: unknown): unknown {
  if (error instanceof IdaemonError) {
    const { code, message, action } = toWireError(error);
    const cause = error.cause instanceof Error ? error.cause.message : undefined;
    return { code, message, action, ...(cause ? { cause } : {}) };
  }
  return error instanceof Error ? pino.stdSerializers.err(error) : error;
}
