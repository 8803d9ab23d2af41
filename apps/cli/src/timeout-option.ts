import { InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '@idaemon/contracts';

/** `--timeout 10m`: answers milliseconds; absent: until the end, once the run has begun. */
export function timeoutOption(): Option {
  return new Option(
    '--timeout <duration>',
    'wait at most so long, e.g. 30s or 10m; default: 1m for it to begin, then until its end',
  ).argParser((text) => {
    const timeoutMs = parseDuration(text);
    if (timeoutMs !== undefined && timeoutMs > 0) return timeoutMs;
    throw new InvalidArgumentError('It must be a duration such as 30s, 10m or 2h.');
  });
}
