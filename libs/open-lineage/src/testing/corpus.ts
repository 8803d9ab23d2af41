import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../__fixtures__/corpus/', import.meta.url);

interface Line {
  producer: string;
  event: Record<string, unknown>;
}

/** Events as real producers sent them. */
export const corpus: readonly Line[] = readdirSync(folder)
  .filter((file) => file.endsWith('.jsonl'))
  .sort()
  .flatMap((file) => readFileSync(new URL(file, folder), 'utf8').split('\n'))
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Line);

export function bodyOf(event: unknown): Buffer {
  return Buffer.from(JSON.stringify(event));
}
