import type { ConnectorLog } from '@idaemon/connector-kit';
import type { LogLine } from '@idaemon/contracts';
import type { Log, LogLevel } from '../bootstrap/log.js';
import type { Redaction } from '../bootstrap/redaction.js';
import type { Clock } from '../schedule/clock.js';

const maxLines = 500;
const maxMessageLength = 2_000;

export interface LogMemoryOptions {
  log: Log;
  redaction: Redaction;
  clock: Clock;
}

/** The last lines of one connector: written to the log of the process and kept for `/api/connectors/{name}/logs`. */
export class LogMemory {
  #lines: LogLine[] = [];

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
    this.#lines.push({ at, level, message: text, ...(runId ? { runId } : {}) });
    if (this.#lines.length > maxLines * 1.2) this.#lines = this.#lines.slice(-maxLines);
  }

  set level(level: LogLevel) {
    this.options.log.level = level;
  }

  /** Newest last. */
  last(limit: number): LogLine[] {
    return limit > 0 ? this.#lines.slice(-Math.min(limit, maxLines)) : [];
  }
}

function fieldTexts(fields: Record<string, unknown>): string[] {
  return Object.entries(fields)
    .filter(([name]) => name !== 'error')
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
}
