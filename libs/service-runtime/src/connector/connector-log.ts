import type { ConnectorLog } from '@idaemon/connector-kit';
import type { LogLine } from '@idaemon/contracts';
import type { Log, LogLevel } from '../bootstrap/log.js';
import type { Redaction } from '../bootstrap/redaction.js';
import type { Clock } from '../schedule/clock.js';

const maxLines = 500;
/** Of the messages; a thousand connectors of one process keep 64 MiB at most. */
const maxBytes = 64 * 1024;
const maxMessageLength = 2_000;

export interface LogMemoryOptions {
  log: Log;
  redaction: Redaction;
  clock: Clock;
}

/** The last lines of one connector, 500 or 64 KiB: written to the log of the process and kept for `/api/connectors/{name}/logs`. */
export class LogMemory {
  readonly #lines: LogLine[] = [];
  #bytes = 0;

  constructor(private readonly options: LogMemoryOptions) {}

  /** What a connector logs to; lines of a run name it. */
  writer(runId?: string): ConnectorLog {
    const write =
      (level: 'debug' | 'info' | 'warn') =>
      (message: string, fields: Record<string, unknown> = {}) =>
        this.write(level, message, fields, runId);
    return { debug: write('debug'), info: write('info'), warn: write('warn') };
  }

  write(
    level: 'debug' | 'info' | 'warn' | 'error',
    message: string,
    fields: Record<string, unknown> = {},
    runId?: string,
  ): void {
    const { log, redaction, clock } = this.options;
    log[level]({ ...fields, ...(runId ? { runId } : {}) }, message);
    if (!log.isLevelEnabled(level)) return;
    const text = redaction.text([message, ...fieldTexts(fields)].join(' ')).slice(0, maxMessageLength);
    const at = new Date(clock.wallMs()).toISOString();
    this.#keep({ at, level, message: text, ...(runId ? { runId } : {}) });
  }

  set level(level: LogLevel) {
    this.options.log.level = level;
  }

  /** Newest last. */
  last(limit: number): LogLine[] {
    return limit > 0 ? this.#lines.slice(-limit) : [];
  }

  /** The oldest lines go first. */
  #keep(line: LogLine): void {
    this.#lines.push(line);
    this.#bytes += bytesOf(line);
    while (this.#lines.length > maxLines || this.#bytes > maxBytes) {
      const oldest = this.#lines.shift();
      if (!oldest) return;
      this.#bytes -= bytesOf(oldest);
    }
  }
}

function bytesOf({ message }: LogLine): number {
  return Buffer.byteLength(message);
}

function fieldTexts(fields: Record<string, unknown>): string[] {
  return Object.entries(fields)
    .filter(([name]) => name !== 'error')
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
}
