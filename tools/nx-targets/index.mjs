/**
 * Gives every project the same targets, so that no package.json repeats them: `lint` (ESLint with the module
 * boundaries), `test` (its unit specs) and, if it has a `src` folder, `build` (compiled to `dist`, as the launcher does).
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const sources = ['{projectRoot}/**/*', '!{projectRoot}/dist/**'];

function targetsOf(root, hasSources) {
  return {
    ...(hasSources && {
      build: {
        command: `node tools/launcher/build.mjs ${root}`,
        cache: true,
        inputs: [...sources, '{workspaceRoot}/.swcrc', '{workspaceRoot}/tools/launcher/build.mjs'],
        outputs: ['{projectRoot}/dist'],
      },
    }),
    lint: {
      command: `eslint --max-warnings 0 ${root}`,
      cache: true,
      inputs: [...sources, '^project', '{workspaceRoot}/eslint.config.mjs'],
    },
    test: {
      command: `vitest run --project unit --passWithNoTests ${root}/`,
      cache: true,
      inputs: [...sources, '^project', '{workspaceRoot}/vitest.config.mts'],
    },
  };
}

export const createNodesV2 = [
  '{apps,libs,tools,bench}/**/package.json',
  (files, _options, { workspaceRoot }) =>
    files
      .filter((file) => !file.includes('node_modules'))
      .map((file) => {
        const root = dirname(file);
        return [
          file,
          {
            projects: { [root]: { targets: targetsOf(root, existsSync(join(workspaceRoot, root, 'src'))) } },
          },
        ];
      }),
];
