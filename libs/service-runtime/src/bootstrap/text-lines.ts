import type { DestinationStream } from 'pino';

interface Line {
  time: string;
  level: string;
  message?: string;
  error?: { message?: string; action?: string; stack?: string };
  [field: string]: unknown;
}

/** Log lines for a person at a terminal. */
export function textLines(output: DestinationStream): DestinationStream {
  return { write: (json: string) => output.write(textOf(JSON.parse(json) as Line)) };
}

function textOf({ time, level, app: _app, message = '', error, ...fields }: Line): string {
  const details = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const head = [time.slice(11, 23), level.toUpperCase().padEnd(5), message, ...details].join(' ');
  if (!error) return `${head}\n`;
  const reason = error.stack ?? [error.message, error.action].filter(Boolean).join('\n');
  return `${head}\n${reason.replace(/^/gm, '    ')}\n`;
}
