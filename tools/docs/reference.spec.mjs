import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { referencePages } from './reference.mjs';

describe('the reference', () => {
  it.each(Object.entries(referencePages()))(
    '%s is what the schemas say (else: npm run docs)',
    async (name, content) => {
      const written = await readFile(new URL(`../../docs/reference/${name}`, import.meta.url), 'utf8').catch(
        () => '',
      );
      expect(written).toBe(content);
    },
  );
});
