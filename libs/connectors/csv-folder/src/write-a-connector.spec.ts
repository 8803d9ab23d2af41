import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const page = new URL('../../../../docs/write-a-connector.md', import.meta.url);
/** A file of the repository that a sentence links to, and the block that follows the sentence. */
const quotation = /\]\((\.\.\/libs\/[^)]+\.ts)\):\n\n```ts\n([^]*?)```/g;

describe('docs/write-a-connector.md', () => {
  it('shows the connector and its test as they are', async () => {
    const quotations = [...(await readFile(page, 'utf8')).matchAll(quotation)];
    expect(quotations.map(([, path]) => path?.split('/').at(-1))).toEqual([
      'csv-folder.connector.ts',
      'csv-folder.connector.spec.ts',
    ]);
    for (const [, path = '', block] of quotations)
      expect(block).toBe(await readFile(new URL(path, page), 'utf8'));
  });

  it('shows a connector of less than 40 lines', async () => {
    const source = await readFile(new URL('csv-folder.connector.ts', import.meta.url), 'utf8');
    expect(source.split('\n').length).toBeLessThan(40);
  });
});
