import type { LoggerService } from '@nestjs/common';
import type { Log } from './log.js';

/** Nest tells of each module and route that it makes: details, not news. */
const wordy = new Set([
  'InstanceLoader',
  'NestFactory',
  'NestApplication',
  'RouterExplorer',
  'RoutesResolver',
]);

/** Nest's own messages in the log of the process. */
export function nestLogger(log: Log): LoggerService {
  const write = (level: 'debug' | 'info' | 'warn' | 'error', message: unknown, rest: unknown[]) => {
    const context = rest.at(-1);
    const isWordy = level === 'info' && typeof context === 'string' && wordy.has(context);
    const fields = message instanceof Error ? { context, error: message } : { context };
    log[isWordy ? 'debug' : level](fields, message instanceof Error ? message.message : String(message));
  };
  return {
    log: (message: unknown, ...rest: unknown[]) => write('info', message, rest),
    error: (message: unknown, ...rest: unknown[]) => write('error', message, rest),
    warn: (message: unknown, ...rest: unknown[]) => write('warn', message, rest),
    debug: (message: unknown, ...rest: unknown[]) => write('debug', message, rest),
    verbose: (message: unknown, ...rest: unknown[]) => write('debug', message, rest),
    fatal: (message: unknown, ...rest: unknown[]) => write('error', message, rest),
  };
}
