/** Runs a bench by its name: `npm run bench -- catalogue --elements 100000`. */
import { readdir } from 'node:fs/promises';

const [name, ...args] = process.argv.slice(2);
const folder = new URL('./', import.meta.url);
const entries = await readdir(folder, { withFileTypes: true });
const names = entries
  .filter((entry) => entry.isDirectory() && entry.name !== 'results' && entry.name !== 'node_modules')
  .map((entry) => entry.name);

if (!name || !names.includes(name)) {
  console.log(
    `npm run bench -- <name> [options]\n\nBenches: ${names.join(', ')}. Each explains itself with --help.`,
  );
  process.exit(name === '--help' ? 0 : 2);
}
const { run } = await import(new URL(`${name}/index.mjs`, folder).href);
await run(args);
