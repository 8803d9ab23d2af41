/** Writes docs/reference: `npm run docs`. Needs the built packages. */
import { mkdir, writeFile } from 'node:fs/promises';
import { referencePages } from './reference.mjs';

const folder = new URL('../../docs/reference/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const [name, content] of Object.entries(referencePages()))
  await writeFile(new URL(name, folder), content);
