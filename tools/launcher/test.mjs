#!/usr/bin/env node
/** `npm test [-- --full]`: everything a change has to pass; its last line is `N passed, N failed`. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inPlainWords } from './failure.mjs';
import { homeFolder, workspaceFolder } from './folders.mjs';
import { prepareDependencies } from './install.mjs';
import { whyNodeIsTooOld } from './node-version.mjs';
import { createProgress } from './progress.mjs';
import { runCommand } from './run-command.mjs';
import { startTestServers } from './test-servers.mjs';
import { removeAbandonedHomes } from './temporary-homes.mjs';
import { countTests } from './test-counts.mjs';
import { runUntilStopped } from './until-stopped.mjs';

const bin = join(workspaceFolder, 'node_modules', '.bin');
const progress = createProgress();

/** @type {{ title: string, command: [string, ...string[]] }[]} */
const checks = [
  { title: 'Lint', command: ['nx', 'run-many', '-t', 'lint', '--parallel=2', '--output-style=static'] },
  { title: 'Types', command: ['nx', 'run', '@idaemon/workspace:typecheck', '--output-style=static'] },
  { title: 'Format', command: ['prettier', '--check', '--log-level=warn', '.'] },
  { title: 'Build', command: ['nx', 'run-many', '-t', 'build', '--output-style=static'] },
];

/** @param {AbortSignal} signal @param {(cleanUp: () => Promise<unknown>) => void} onStop */
async function test(signal, onStop) {
  await prepareDependencies(progress, workspaceFolder, homeFolder(), signal);
  let failedChecks = 0;
  for (const check of checks) {
    if (!(await passes(check, signal))) failedChecks++;
    signal.throwIfAborted();
  }
  // Of tests that were killed before they could do it themselves.
  onStop(() => removeAbandonedHomes());
  const servers = await progress.step('PostgreSQL and NATS for the tests', () =>
    startTestServers({ signal }),
  );
  onStop(servers.stop);
  const results = await mkdtemp(join(tmpdir(), 'idaemon-results-'));
  onStop(() => rm(results, { recursive: true, force: true }));
  const report = join(results, 'vitest.json');
  const code = await runVitest(report, servers, signal);
  const { passed, failed } = await countTests(report, code);
  lastLine = `${passed} passed, ${failed + failedChecks} failed`;
  if (failed + failedChecks > 0) process.exitCode = 1;
}

/** @param {typeof checks[number]} check @param {AbortSignal} signal */
async function passes({ title, command: [program, ...args] }, signal) {
  let output = '';
  try {
    await progress.step(title, async () => {
      const result = await runCommand(join(bin, program), args, {
        cwd: workspaceFolder,
        env: process.env,
        signal,
      });
      output = result.output;
      if (!result.isOk) throw new Error(title);
    });
    return true;
  } catch {
    progress.line(output);
    return false;
  }
}

/**
 * @param {string} report @param {import('./test-servers.mjs').TestServers} servers @param {AbortSignal} signal
 * @returns {Promise<number | null>} its exit code
 */
function runVitest(report, servers, signal) {
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const env = {
    ...process.env,
    IDAEMON_TEST_POSTGRES_URL: servers.postgresUrl,
    IDAEMON_TEST_NATS_URL: servers.natsUrl,
    ...(isFull ? { IDAEMON_TEST_FULL: '1' } : {}),
  };
  return progress.step('Tests', async () => {
    // In a group of its own: its workers would outlive it, and go on starting processes.
    const child = spawn(join(bin, 'vitest'), args, {
      cwd: workspaceFolder,
      env,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const endAll = () => endGroup(child.pid);
    signal.addEventListener('abort', endAll, { once: true });
    /** @type {number | null} */
    const code = await new Promise((resolve) => {
      child.once('error', () => resolve(null));
      child.once('exit', resolve);
    });
    signal.removeEventListener('abort', endAll);
    signal.throwIfAborted();
    return code;
  });
}

/** @param {number | undefined} pid */
function endGroup(pid) {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

let lastLine = '';
let isFull = false;
try {
  isFull = parseArgs({ options: { full: { type: 'boolean', default: false } } }).values.full;
  const problem = whyNodeIsTooOld(process.versions.node);
  if (problem) throw new Error(problem);
  await runUntilStopped(test, progress);
} catch (error) {
  console.error(inPlainWords(error));
  process.exitCode = 1;
}
// Whatever kept the tests from their end is a failure, too.
if (!lastLine) process.exitCode = 1;
console.log(lastLine || '0 passed, 1 failed');
