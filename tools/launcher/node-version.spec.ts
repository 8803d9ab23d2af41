import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { workspaceFolder } from './folders.mjs';
import { whyNodeIsTooOld } from './node-version.mjs';

test.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('runs on Node %s', (version) => {
  expect(whyNodeIsTooOld(version)).toBeUndefined();
});

test.each(['18.20.8', '20.18.3'])('tells a user of Node %s what to install', (version) => {
  expect(whyNodeIsTooOld(version)).toContain('Install Node 20.19');
});

test('asks for the same Node as package.json', async () => {
  const { engines } = JSON.parse(await readFile(`${workspaceFolder}/package.json`, 'utf8')) as {
    engines: { node: string };
  };
  const oldest = `${engines.node.replace('>=', '')}.0`;
  expect(whyNodeIsTooOld(oldest)).toBeUndefined();
});
