/** Counts what Vitest's JSON report says. */
import { readJsonObject } from './private-files.mjs';

/** @typedef {{ status: string, assertionResults: { status: string }[] }} FileResult */

/**
 * @param {string} report @param {number | null} exitCode of Vitest
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function countTests(report, exitCode) {
  const { testResults = [] } = await readJsonObject(report);
  let passed = 0;
  let failed = 0;
  for (const { status, assertionResults } of /** @type {FileResult[]} */ (testResults)) {
    const failures = assertionResults.filter((test) => test.status === 'failed').length;
    passed += assertionResults.filter((test) => test.status === 'passed').length;
    // A file that does not load, or whose set-up fails, has no failed test of its own.
    failed += failures || (status === 'failed' ? 1 : 0);
  }
  // An error outside of any test, a crash, a report that was not written.
  return { passed, failed: failed || (exitCode === 0 ? 0 : 1) };
}
