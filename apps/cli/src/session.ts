import type { ApiClient } from './api-client.js';
import type { Environment } from './contexts.js';
import type { GraphFormat, Output, OutputFormat } from './output.js';

/** What a command works with; made once its global options are known. */
export interface Session {
  readonly api: ApiClient;
  readonly output: Output;
  readonly format: OutputFormat | GraphFormat;
  /** A line as it is. */
  readonly print: (line: string) => void;
  readonly fetchLike: typeof fetch;
  readonly environment: Environment;
  readonly now: () => Date;
  readonly wait: (ms: number) => Promise<void>;
  /** Says how an ended command shall exit when it is not an error, e.g. a run that waits for approval. */
  readonly exitWith: (code: number) => void;
}

/** Commands are registered before the session can exist. */
export type SessionOf = () => Session;
