/** `nx g @idaemon/generators:connector <technology> --service <service>` */
import { join } from 'node:path';
import { formatFiles, generateFiles, installPackagesTask, updateJson } from '@nx/devkit';
import { camelCase, serviceName } from '../names.mjs';
import { withConnector, withImport } from '../source-edits.mjs';
import { attributesOf, collectionsOf, declaredServices, textOf, versionInKit } from '../workspace.mjs';

/** @typedef {import('@nx/devkit').Tree} Tree */
/** @typedef {{ technology: string, service: string, collection?: string, skipInstall?: boolean }} Options */

/** @param {Tree} tree @param {Options} options */
export default async function connectorGenerator(tree, options) {
  const { technology } = options;
  const service = serviceName(options.service);
  const root = `libs/connectors/${technology}`;
  if (tree.exists(root)) throw new Error(`${root} is there already; choose another name`);
  const collection = chosenCollection(tree, service, options.collection);
  const attributes = await attributesOf(tree, collection.type);
  if (!attributes) throw new Error(`${collection.type} is no entity type of Egeria 4.3`);

  const exportName = camelCase(technology);
  generateFiles(tree, join(import.meta.dirname, 'files'), root, {
    technology,
    service,
    exportName,
    serviceExport: camelCase(service),
    collection: collection.name,
    type: collection.type,
    nameAttribute: ['displayName', 'name'].find((name) => attributes.has(name)),
    hasDescription: attributes.has('description'),
    zodVersion: versionInKit(tree, 'zod'),
  });
  host(tree, service, { technology, exportName });
  await formatFiles(tree);
  return () => {
    if (!options.skipInstall) installPackagesTask(tree, true);
  };
}

/** @param {Tree} tree @param {string} service @param {string | undefined} wanted */
function chosenCollection(tree, service, wanted) {
  const services = declaredServices(tree);
  if (!services.map(serviceName).includes(service)) {
    const known = services.join(', ');
    throw new Error(
      `There is no ${service}; take from ${known}, or make it: nx g @idaemon/generators:service`,
    );
  }
  const collections = collectionsOf(tree, service);
  const chosen = wanted ? collections.find(({ name }) => name === wanted) : collections[0];
  if (chosen) return chosen;
  const known = collections.map(({ name }) => name).join(', ');
  throw new Error(`${service} has no collection ${wanted ?? ''}; it has ${known}`);
}

/** Adds the connector to the app of its service. @param {Tree} tree @param {string} service @param {{ technology: string, exportName: string }} connector */
function host(tree, service, { technology, exportName }) {
  const app = `apps/${service}`;
  const name = `@idaemon/connector-${technology}`;
  const module = `${app}/src/${service}.module.ts`;
  const source = withImport(textOf(tree, module), `import { ${exportName} } from '${name}';`);
  tree.write(module, withConnector(source, exportName, module));
  updateJson(tree, `${app}/package.json`, (manifest) => ({
    ...manifest,
    dependencies: sorted({ ...manifest.dependencies, [name]: '*' }),
  }));
}

/** @param {Record<string, string>} dependencies */
function sorted(dependencies) {
  return Object.fromEntries(Object.entries(dependencies).sort(([a], [b]) => a.localeCompare(b, 'en')));
}
