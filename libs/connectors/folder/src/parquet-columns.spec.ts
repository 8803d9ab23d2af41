import { stat, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readContent } from './content-facts.js';
import { fromText } from './raw-path.js';

const options = { columns: true, lineCountMaxBytes: 0 };
const data = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data');

describe('Parquet files', () => {
  it('tell columns and rows in their footer', async () => {
    const path = join(data, 'flights-3m.parquet');
    const { size } = await stat(path);
    const { columns, rowCount } = await readContent(fromText(path), size, 'parquet', options);
    expect(rowCount).toBe(3_000_000);
    expect(columns?.columns).toContainEqual({
      ...{ name: 'delay', dataType: 'long', isNullable: true, nativeClass: 'INT64' },
    });
  });

  it.each(['PAR1', 'PAR1 and no footer at all', 'PAR1\xff\xff\xff\x7fPAR1'])(
    'say why they cannot be read: %j',
    async (content) => {
      const folder = await mkdtemp(join(tmpdir(), 'parquet-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      const path = join(folder, 'broken.parquet');
      await writeFile(path, content, 'latin1');
      const { size } = await stat(path);
      const facts = await readContent(fromText(path), size, 'parquet', options);
      expect(facts.columns).toBeUndefined();
      expect(facts.unreadable).toContain('footer');
    },
  );
});
