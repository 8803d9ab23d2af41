/** Real files that no one here wrote: the data of the npm package vega-datasets. */
import { constants } from 'node:fs';
import { access, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { workspaceFolder } from './folders.mjs';

/** @type {Record<string, string>} */
const folderOfExtension = {
  '.csv': 'tables',
  '.tsv': 'tables',
  '.arrow': 'tables/columnar',
  '.parquet': 'tables/columnar',
  '.json': 'documents',
  '.png': 'images',
};

export const datasetFolder = join(workspaceFolder, 'node_modules', 'vega-datasets', 'data');

/**
 * Copies them once, so that users may change them. What is there stays as it is.
 * @param {string} folder
 * @returns {Promise<boolean>} whether it is new
 */
export async function ensureLandingZone(folder) {
  if (
    await access(folder).then(
      () => true,
      () => false,
    )
  )
    return false;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  for (const name of await readdir(datasetFolder)) {
    const target = join(unfinished, folderOfExtension[extname(name)] ?? 'others');
    await mkdir(target, { recursive: true });
    await copyFile(join(datasetFolder, name), join(target, name), constants.COPYFILE_FICLONE);
  }
  await rename(unfinished, folder);
  return true;
}
