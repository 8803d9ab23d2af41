import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Arrows point down: who may import whom (docs/architecture.md). */
const boundaries = [
  ['type:contracts', []],
  ['type:open-metadata', []],
  ['type:open-lineage', ['type:contracts']],
  ['type:lineage-client', ['type:open-lineage']],
  ['type:connector-kit', ['type:contracts', 'type:open-metadata']],
  [
    'type:integration-services',
    ['type:connector-kit', 'type:contracts', 'type:open-lineage', 'type:open-metadata'],
  ],
  [
    'type:connector-testing',
    [
      'type:connector-kit',
      'type:integration-services',
      'type:contracts',
      'type:open-lineage',
      'type:open-metadata',
    ],
  ],
  ['type:adapter', ['type:adapter', 'type:connector-kit', 'type:contracts', 'type:open-metadata']],
  [
    'type:runtime',
    [
      'type:adapter',
      'type:integration-services',
      'type:connector-kit',
      'type:contracts',
      'type:open-metadata',
    ],
  ],
  [
    'type:intake',
    [
      'type:runtime',
      'type:adapter',
      'type:integration-services',
      'type:connector-kit',
      'type:contracts',
      'type:open-lineage',
      'type:open-metadata',
    ],
  ],
  [
    'type:connector',
    [
      'type:integration-services',
      'type:connector-kit',
      'type:open-lineage',
      'type:open-metadata',
      'type:connector-testing',
    ],
  ],
  [
    'type:app',
    [
      'type:runtime',
      'type:intake',
      'type:adapter',
      'type:connector',
      'type:integration-services',
      'type:connector-kit',
      'type:contracts',
      'type:lineage-client',
      'type:open-lineage',
      'type:open-metadata',
    ],
  ],
  ['type:e2e', ['type:contracts', 'type:tool']],
  [
    'type:tool',
    [
      'type:contracts',
      'type:lineage-client',
      'type:open-lineage',
      'type:open-metadata',
      'type:tool',
      'type:connector-kit',
      'type:integration-services',
      'type:connector',
      'type:connector-testing',
      'type:runtime',
    ],
  ],
];

const depConstraints = boundaries.map(([sourceTag, onlyDependOnLibsWithTags]) => ({
  sourceTag,
  onlyDependOnLibsWithTags,
}));

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/.idaemon/**', 'libs/open-metadata/src/data/**'] },
  {
    files: ['**/*.ts', '**/*.mts', 'tools/launcher/*.mjs'],
    extends: [tseslint.configs.recommendedTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['vitest.config.mts'] } } },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { depConstraints, enforceBuildableLibDependency: false, banTransitiveDependencies: true, allow: [] },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  {
    files: [
      '**/*.spec.ts',
      '**/*.int-spec.ts',
      '**/*.e2e-spec.ts',
      '**/src/**/testing/**/*.ts',
      'libs/connector-testing/**/*.ts',
    ],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  {
    // Their types are JSDoc, whose casts these rules do not see; the compiler does (checkJs).
    files: ['tools/launcher/*.mjs'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  { files: ['apps/cli/**/*.ts', 'tools/**', 'bench/**'], rules: { 'no-console': 'off' } },
);
