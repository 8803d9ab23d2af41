import { InvalidArgumentError, Option } from 'commander';

/** `--limit <n>`; what is no whole number is a wrong usage, never "all". */
export function limitOption(description: string, byDefault: number): Option {
  return new Option('--limit <n>', description).default(byDefault).argParser((text) => {
    const limit = Number(text);
    if (Number.isInteger(limit) && limit > 0) return limit;
    throw new InvalidArgumentError('It must be a whole number from 1.');
  });
}
