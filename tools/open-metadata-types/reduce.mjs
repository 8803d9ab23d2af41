#!/usr/bin/env node
/**
 * Reduces Egeria's type definitions to the facts in libs/open-metadata/src/data:
 *
 *   node tools/open-metadata-types/reduce.mjs <path to types json, plain or gzipped>
 *
 * The source is the answer of an Egeria platform to
 * GET /servers/{server}/open-metadata/repository-services/users/{user}/types/all.
 * One line per type, in alphabetical order, so that the difference between two releases can be read.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { factsOf } from './facts.mjs';
import { literalOf } from './literal.mjs';

const dataFolder = fileURLToPath(new URL('../../libs/open-metadata/src/data/', import.meta.url));

const files = [
  { file: 'entity-types.ts', name: 'entityTypes', type: 'EntityFacts' },
  { file: 'relationship-types.ts', name: 'relationshipTypes', type: 'RelationshipFacts' },
  { file: 'classification-types.ts', name: 'classificationTypes', type: 'ClassificationFacts' },
  { file: 'enum-types.ts', name: 'enumTypes', type: 'EnumFacts' },
];

const notice = '// Made by tools/open-metadata-types/reduce.mjs; change the script, not this file.';

const [path] = process.argv.slice(2);
if (!path) {
  console.error('Usage: node tools/open-metadata-types/reduce.mjs <path to types json, plain or gzipped>');
  process.exit(2);
}
const facts = factsOf(read(path));
for (const { file, name, type } of files) write(file, name, sourceOf(name, type, facts[name]));
write('type-guids.ts', 'typeGuids', guidsSourceOf(facts.typeGuids));

function write(file, name, source) {
  writeFileSync(`${dataFolder}${file}`, source);
  console.log(`${Object.keys(facts[name]).length} ${name} → libs/open-metadata/src/data/${file}`);
}

function read(file) {
  const bytes = readFileSync(file);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return JSON.parse((isGzip ? gunzipSync(bytes) : bytes).toString('utf8'));
}

function sourceOf(name, type, types) {
  return [
    notice,
    `import type { ${type} } from '../facts.js';`,
    '',
    `export const ${name} = {`,
    ...membersOf(types),
    `} as const satisfies Record<string, ${type}>;`,
    '',
  ].join('\n');
}

function guidsSourceOf(guids) {
  return [
    notice,
    '',
    "/** Egeria's GUID of each type by its name, attribute types included; some are not well-formed UUIDs. */",
    'export const typeGuids: Readonly<Record<string, string>> = {',
    ...membersOf(guids),
    '};',
    '',
  ].join('\n');
}

function membersOf(types) {
  return Object.entries(types).map(([key, value]) => `  ${literalOf({ [key]: value }).slice(2, -2)},`);
}
