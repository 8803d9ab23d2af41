import { defineConnector } from '@idaemon/connector-kit';
import { lineageIntegrator } from '@idaemon/integration-services';
import { publisherConfig } from './config.js';
import { OpenMetadataReader } from './open-metadata-reader.js';
import { Publisher } from './publisher.js';

/** Tells all who listen to OpenLineage events what others have catalogued. */
export const openMetadataLineagePublisher = defineConnector({
  name: 'open-metadata-lineage-publisher',
  description: 'Publishes processes, their flows of data, and data of open metadata as OpenLineage events.',
  service: lineageIntegrator,
  config: publisherConfig,

  async engage({ config, metadata, openLineage }) {
    const reader = new OpenMetadataReader(metadata);
    const publisher = new Publisher({ config, reader, openLineage, now: () => new Date() });
    const query = {
      types: ['Process', 'DataSet', 'DataFile', 'SchemaAttribute'],
      ...(config.sources ? { sources: config.sources } : {}),
      from: config.from,
    } as const;
    for await (const change of metadata.changes(query)) await publisher.publish(change);
  },
});
