/** `nx g @idaemon/generators:service <name> --type <entity type>` */
import { join } from 'node:path';
import { formatFiles, generateFiles, installPackagesTask } from '@nx/devkit';
import { camelCase, collectionName, pascalCase, serviceName } from '../names.mjs';
import { withExport } from '../source-edits.mjs';
import { attributesOf, declarationPath, declarationsIndex, knownServices, textOf } from '../workspace.mjs';

/** @typedef {import('@nx/devkit').Tree} Tree */
/** @typedef {{ name: string, type: string, collection?: string, description?: string, skipInstall?: boolean }} Options */

/** @param {Tree} tree @param {Options} options */
export default async function serviceGenerator(tree, options) {
  const { type } = options;
  const service = serviceName(options.name);
  checkName(tree, service);
  if (!(await attributesOf(tree, type))) throw new Error(`${type} is no entity type of Egeria 4.3`);

  const names = {
    service,
    exportName: camelCase(service),
    className: `${pascalCase(service)}Module`,
    type,
    collection: options.collection ?? collectionName(type),
    description: options.description ?? `Catalogues elements of the type ${type}.`,
    nestVersion: nestVersion(tree),
  };
  const files = join(import.meta.dirname, 'files');
  generateFiles(tree, join(files, 'declaration'), 'libs/integration-services/src', names);
  generateFiles(tree, join(files, 'app'), `apps/${service}`, names);
  const line = `export { ${names.exportName} } from './${service}.js';`;
  tree.write(declarationsIndex, withExport(textOf(tree, declarationsIndex), line));
  await formatFiles(tree);
  return () => {
    if (!options.skipInstall) installPackagesTask(tree, true);
  };
}

/** @param {Tree} tree @param {string} service */
function checkName(tree, service) {
  const known = knownServices(tree);
  const isThere = (/** @type {string} */ name) =>
    tree.exists(declarationPath(name)) || tree.exists(`apps/${name}`);
  const missing = known.filter((name) => !isThere(name)).map((name) => name.replace('-integrator', ''));
  const hint = `take from ${missing.join(', ')}`;
  if (!known.includes(service)) throw new Error(`${service} is none of the twelve services; ${hint}`);
  if (isThere(service)) throw new Error(`${service} is there already; ${hint}`);
}

/** The version range that the runtime has. @param {Tree} tree @returns {string} */
function nestVersion(tree) {
  const { dependencies } = JSON.parse(textOf(tree, 'libs/service-runtime/package.json'));
  return dependencies['@nestjs/common'];
}
