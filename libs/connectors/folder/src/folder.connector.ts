import { defineConnector } from '@idaemon/connector-kit';
import { filesIntegrator } from '@idaemon/integration-services';
import { FolderConfig } from './folder-config.js';
import { openFolderClient } from './folder-client.js';
import { followChanges } from './follow-changes.js';
import { refreshTree } from './refresh-tree.js';

/** Keeps the files and folders of a tree on a file system in open metadata. */
export const folder = defineConnector({
  name: 'folder',
  description: 'Catalogues a folder of a file system with all files and folders below it.',
  service: filesIntegrator,
  config: FolderConfig,

  connect: ({ config, log }) => openFolderClient(config, log),

  refresh: ({ client, metadata, state, signal }) => refreshTree({ client, metadata, state, signal }),

  engage: ({ client, metadata, log, signal, requestRefresh }) =>
    followChanges({ client, metadata, log, signal, requestRefresh }),

  async disconnect({ client }) {
    client.watcher.close();
  },
});
