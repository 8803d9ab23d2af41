import { defineConnector } from '@idaemon/connector-kit';
import { lineageIntegrator } from '@idaemon/integration-services';
import { cataloguerConfig } from './config.js';
import { cataloguePage } from './catalogue-page.js';
import { collections } from './elements.js';
import { allElements } from './all-elements.js';
import { RecentlyWritten } from './recently-written.js';
import { withoutOwnElements } from './without-own-elements.js';

/** Keeps the jobs, runs and datasets that OpenLineage events tell of in open metadata. */
export const openLineageCataloguer = defineConnector({
  name: 'open-lineage-cataloguer',
  description:
    'Catalogues jobs, runs, datasets, their columns and the lineage among them from OpenLineage events.',
  service: lineageIntegrator,
  config: cataloguerConfig,
  shards: 4,

  async refresh({ config, metadata, openLineage }) {
    const { runsPerJob } = config;
    await metadata.sync(collections, allElements(metadata, openLineage.known({ runsPerJob }), config));
  },

  async engage({ config, metadata, openLineage, log }) {
    const { runsPerJob } = config;
    const written = new RecentlyWritten();
    for await (const page of openLineage.changed({ runsPerJob })) {
      await cataloguePage(metadata, withoutOwnElements(page), { config, log, written });
    }
  },
});
