import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delegating, startConnector } from '@idaemon/connector-testing';
import { expect, it, onTestFinished } from 'vitest';
import { folder } from './folder.connector.js';

const files = process.env.IDAEMON_TEST_FULL === '1' ? 1_000_000 : 20_000;
const filesInFolder = 1_000;
/** Of the heap, while the tree is read: what a hundred files need, and garbage. */
const maxGrowthMiB = 128;

it(`reads ${files} files in memory that does not grow with them`, { timeout: 1_800_000 }, async () => {
  const path = await largeTree();
  const connector = await startConnector(folder, { config: { path, host: 'h' } });
  onTestFinished(() => connector.stop());
  const before = heapMiB();
  let written = 0;
  let most = 0;
  const report = await connector.refresh((port) =>
    delegating(port, {
      write: async () => {
        if (++written % 1_000 === 0) most = Math.max(most, heapMiB());
      },
    }),
  );
  expect(report.unread).toEqual([]);
  expect(written).toBe(files + files / filesInFolder + 1);
  expect(most - before).toBeLessThan(maxGrowthMiB);
});

async function largeTree(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'large-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }), 600_000);
  for (let number = 0; number < files; number++) {
    const within = join(path, `d${Math.floor(number / filesInFolder)}`);
    if (number % filesInFolder === 0) mkdirSync(within);
    writeFileSync(join(within, `${number}.csv`), '');
  }
  return path;
}

function heapMiB(): number {
  return process.memoryUsage().heapUsed / 1024 ** 2;
}
