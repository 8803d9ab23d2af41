/**
 * Gives every project that has a `src` folder the same targets, so that no package.json repeats them:
 * `build` (swc to `dist`), `lint` (ESLint with the module boundaries) and `test` (its unit specs).
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const sources = ['{projectRoot}/**/*', '!{projectRoot}/dist/**'];

function targetsOf(root) {
  return {
    build: {
      command: 'swc src -d dist --strip-leading-paths --config-file {workspaceRoot}/.swcrc --quiet',
      options: { cwd: '{projectRoot}' },
      cache: true,
      inputs: [...sources, '{workspaceRoot}/.swcrc'],
      outputs: ['{projectRoot}/dist'],
    },
    lint: {
      command: `eslint --max-warnings 0 ${root}`,
      cache: true,
      inputs: [...sources, '^production', '{workspaceRoot}/eslint.config.mjs'],
    },
    test: {
      command: `vitest run --project unit ${root}/src`,
      cache: true,
      inputs: [...sources, '^production', '{workspaceRoot}/vitest.config.mts'],
    },
  };
}

export const createNodesV2 = [
  '{apps,libs,tools,bench}/**/package.json',
  (files, _options, { workspaceRoot }) =>
    files
      .filter((file) => !file.includes('node_modules') && existsSync(join(workspaceRoot, dirname(file), 'src')))
      .map((file) => [file, { projects: { [dirname(file)]: { targets: targetsOf(dirname(file)) } } }]),
];
