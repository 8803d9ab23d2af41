import { opendir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { defineConnector, SystemUnavailableError } from '@idaemon/connector-kit';
import { filesIntegrator } from '@idaemon/integration-services';
import { z } from 'zod';

/** Keeps a CSVFile in open metadata for each CSV file in a folder. */
export const csvFolder = defineConnector({
  name: 'csv-folder',
  description: 'Catalogues the CSV files of one folder.',
  service: filesIntegrator,
  config: z.object({
    folder: z.string().describe('The folder to read, as this service sees it.'),
  }),

  async refresh({ config, metadata }) {
    await metadata.dataFiles.sync(csvFilesIn(config.folder));
  },
});

async function* csvFilesIn(folder: string) {
  const entries = await opendir(folder).catch((cause: unknown) => {
    throw new SystemUnavailableError(`Folder ${folder}`, { cause });
  });
  for await (const { name } of entries) {
    if (!name.endsWith('.csv')) continue;
    const pathName = join(folder, name);
    const { mtime } = await stat(pathName);
    yield {
      typeName: 'CSVFile' as const,
      qualifiedName: `CSVFile::${hostname()}:${pathName}`,
      ...{ name, pathName, storeUpdateTime: mtime.toISOString() },
    };
  }
}
