#!/usr/bin/env node
/** `node tools/targets/install.mjs [name…]`: installs what the long tests run, so that they need not wait for it. */
import {
  installDbt,
  installOldPythonClient,
  installPythonClient,
  installSpark,
} from './open-lineage-clients.mjs';
import { targetsFolder } from './cached-folder.mjs';

/** @type {Record<string, () => Promise<unknown>>} */
const targets = {
  'openlineage-python': installPythonClient,
  'openlineage-python-old': installOldPythonClient,
  dbt: installDbt,
  spark: installSpark,
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(targets);
for (const name of wanted) {
  const install = targets[name];
  if (!install) {
    console.error(`There is no ${name}, only ${Object.keys(targets).join(', ')}`);
    process.exitCode = 64;
    continue;
  }
  try {
    await install();
    console.log(`${name} is in ${targetsFolder()}`);
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
