import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countTests } from './test-counts.mjs';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'counts-'))));
afterAll(() => rm(folder, { recursive: true }));

async function count(testResults: { status: string; tests: string[] }[], exitCode: number) {
  const file = join(folder, 'report.json');
  const results = testResults.map(({ status, tests }) => ({
    status,
    assertionResults: tests.map((each) => ({ status: each })),
  }));
  await writeFile(file, JSON.stringify({ testResults: results }));
  return countTests(file, exitCode);
}

test('adds up the tests of all files', async () => {
  const files = [
    { status: 'passed', tests: ['passed', 'passed'] },
    { status: 'failed', tests: ['passed', 'failed'] },
  ];
  expect(await count(files, 1)).toEqual({ passed: 3, failed: 1 });
});

test('a file that does not load counts as a failure', async () => {
  expect(await count([{ status: 'failed', tests: [] }], 1)).toEqual({ passed: 0, failed: 1 });
});

test('an error outside of any test counts as a failure', async () => {
  expect(await count([{ status: 'passed', tests: ['passed'] }], 1)).toEqual({ passed: 1, failed: 1 });
});

test('a report that was never written counts as a failure', async () => {
  expect(await countTests(join(folder, 'none.json'), null)).toEqual({ passed: 0, failed: 1 });
});
