#!/usr/bin/env node
/** `npm start`: from a bare clone to a working system. Needs Node's own modules only, until the dependencies are installed. */
import { inPlainWords } from './failure.mjs';
import { launch } from './launch.mjs';
import { whyNodeIsTooOld } from './node-version.mjs';
import { help, parseStartOptions } from './options.mjs';
import { createProgress } from './progress.mjs';
import { runUntilStopped, untilAborted } from './until-stopped.mjs';

async function start() {
  const problem = whyNodeIsTooOld(process.versions.node);
  if (problem) throw new Error(problem);
  const options = parseStartOptions(process.argv.slice(2));
  if (options.isHelp) return console.log(help);
  const progress = createProgress();
  await runUntilStopped(async (signal, onStop) => {
    await launch({ options, environment: process.env, progress, signal, onStop });
    await untilAborted(signal);
  }, progress);
}

try {
  await start();
} catch (error) {
  console.error(inPlainWords(error));
  process.exitCode = 1;
}
