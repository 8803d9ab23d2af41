/** What a generator has to know of the workspace, read from its sources: nothing needs to be built. */
import ts from 'typescript';

/** @typedef {import('@nx/devkit').Tree} Tree */
/** @typedef {{ name: string, type: string }} Collection */

const declarations = 'libs/integration-services/src';

/** @param {string} service full name */
export function declarationPath(service) {
  return `${declarations}/${service}.ts`;
}

export const declarationsIndex = `${declarations}/index.ts`;

/** Short names of the services that are declared. @param {Tree} tree @returns {string[]} */
export function declaredServices(tree) {
  return tree
    .children(declarations)
    .filter((file) => /-integrator\.ts$/.test(file))
    .map((file) => file.replace('-integrator.ts', ''));
}

/** In the order of their declaration. @param {Tree} tree @param {string} service @returns {Collection[]} */
export function collectionsOf(tree, service) {
  const source = textOf(tree, declarationPath(service));
  const start = source.indexOf('collections: {');
  const found = source.slice(start).matchAll(/(\w+):\s*\{\s*type:\s*'(\w+)'/g);
  return [...found].map(([, name = '', type = '']) => ({ name, type }));
}

/** Names of the twelve services. @param {Tree} tree @returns {string[]} */
export function knownServices(tree) {
  const source = textOf(tree, 'libs/contracts/src/services.ts');
  return [...source.matchAll(/^ {2}'([a-z]+-integrator)': \{/gm)].map(([, name = '']) => name);
}

/**
 * Names of the attributes of an entity type, those of its supertypes too; undefined when there is no such type.
 * @param {Tree} tree @param {string} type @returns {Promise<Set<string> | undefined>}
 */
export async function attributesOf(tree, type) {
  const { entityTypes } = await exportsOf(tree, 'libs/open-metadata/src/data/entity-types.ts');
  if (!Object.hasOwn(entityTypes, type)) return undefined;
  const names = new Set();
  for (let at = type; at; at = entityTypes[at].superType) {
    for (const name of Object.keys(entityTypes[at].attributes)) names.add(name);
  }
  return names;
}

/** The version range that the kit has of a package: all connectors take the same. @param {Tree} tree @param {string} name */
export function versionInKit(tree, name) {
  const { dependencies } = JSON.parse(textOf(tree, 'libs/connector-kit/package.json'));
  return dependencies[name];
}

/** @param {Tree} tree @param {string} path */
export function textOf(tree, path) {
  const text = tree.read(path, 'utf8');
  if (text === null) throw new Error(`${path} is not there; run this in the workspace of idaemon`);
  return text;
}

/** Of a module of data, which imports nothing but types. @param {Tree} tree @param {string} path */
async function exportsOf(tree, path) {
  const { outputText } = ts.transpileModule(textOf(tree, path), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}
