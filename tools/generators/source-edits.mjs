/** Small changes to sources that are written by hand. Each fails when it does not find its place. */

/** Adds a re-export by name, in the order of the others. @param {string} source @param {string} line */
export function withExport(source, line) {
  const exports = statementsOf(source.trim());
  return [...new Set([...exports, line])].sort(byModule).join('\n') + '\n';
}

/** Adds an import of a package, in the order of the others. @param {string} source @param {string} line */
export function withImport(source, line) {
  const statements = statementsOf(source);
  const last = statements.findLastIndex((text) => text.startsWith('import '));
  const imports = statements.slice(0, last + 1);
  if (imports.includes(line)) return source;
  return [...[...imports, line].sort(byModule), ...statements.slice(last + 1)].join('\n');
}

/** Adds a name to the list `connectors: […]` of a module. @param {string} source @param {string} name @param {string} path */
export function withConnector(source, name, path) {
  const list = /connectors: \[([^\]]*)\]/.exec(source);
  if (!list) throw new Error(`${path} has no list "connectors: […]"; add ${name} to its connectors by hand`);
  const names = (list[1] ?? '').split(',').map((text) => text.trim());
  const all = [...new Set([...names, name])].filter(Boolean).sort();
  return source.replace(list[0], `connectors: [${all.join(', ')}]`);
}

/** Each may have several lines. @param {string} source */
function statementsOf(source) {
  return source.split(/(?<=;)\n/);
}

/** @param {string} a @param {string} b */
function byModule(a, b) {
  return moduleOf(a).localeCompare(moduleOf(b), 'en');
}

/** @param {string} line */
function moduleOf(line) {
  return /'([^']+)'/.exec(line)?.[1] ?? line;
}
