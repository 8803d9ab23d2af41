/**
 * Gives every project the same targets, so that no package.json repeats them: `test` (its unit specs), with a `src` folder
 * `build` (compiled to `dist`, as the launcher does), and for the packages that are published `declarations` (the types
 * that users of the package see). `lint` and `typecheck` are targets of the workspace (package.json): both need all types
 * at once, and a process per project would read them all again each time.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const sources = ['{projectRoot}/**/*', '!{projectRoot}/dist/**'];

function targetsOf(root, hasSources, isPublished) {
  return {
    ...(hasSources && {
      build: {
        command: `node tools/launcher/build.mjs ${root}`,
        cache: true,
        inputs: [...sources, '{workspaceRoot}/.swcrc', '{workspaceRoot}/tools/launcher/build.mjs'],
        outputs: ['{projectRoot}/dist'],
      },
    }),
    ...(isPublished && {
      declarations: {
        command: `tsc -p ${root}/tsconfig.build.json`,
        dependsOn: ['build', '^declarations'],
        cache: true,
        inputs: [...sources, '{workspaceRoot}/tsconfig.base.json'],
        outputs: ['{projectRoot}/dist/**/*.d.ts'],
      },
    }),
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
        const has = (name) => existsSync(join(workspaceRoot, root, name));
        const targets = targetsOf(root, has('src'), has('tsconfig.build.json'));
        return [file, { projects: { [root]: { targets } } }];
      }),
];
