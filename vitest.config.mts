import { defineConfig } from 'vitest/config';

/** Sources are tested as they are: packages resolve to `src` through the condition `@idaemon/source`. */
// Never 'import' or 'default': Vitest hands them to Node, whose `require` then finds modules instead of CommonJS.
const conditions = ['@idaemon/source', 'node'];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['node'] } },
};
/** Those of `npm run test:full` alone. */
const longSpecs = process.env.IDAEMON_TEST_FULL ? [] : ['**/*.full.{e2e,int}-spec.ts'];
const folders = '{apps,libs,tools,bench}/**';

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: [`${folders}/*.spec.{ts,mjs}`],
          exclude: ['**/node_modules/**', '**/dist/**'],
          server: { deps: { inline: [/@idaemon\//] } },
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          include: [`${folders}/*.int-spec.{ts,mjs}`],
          exclude: ['**/node_modules/**', '**/dist/**', ...longSpecs],
          globalSetup: ['tools/launcher/test-servers.mjs'],
          server: { deps: { inline: [/@idaemon\//] } },
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: ['apps/daemon-e2e/**/*.e2e-spec.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', ...longSpecs],
          server: { deps: { inline: [/@idaemon\//] } },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
