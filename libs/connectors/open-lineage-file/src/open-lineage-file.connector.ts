import { defineConnector } from '@idaemon/connector-kit';
import { lineageIntegrator } from '@idaemon/integration-services';
import { eventTransform } from '@idaemon/open-lineage';
import { fileConfig } from './config.js';
import { EventFile } from './event-file.js';

/** Events of one write to the disk. */
const batch = 200;

/** Writes the events that senders have sent into a folder, a line each. */
export const openLineageFile = defineConnector({
  name: 'open-lineage-file',
  description: 'Logs OpenLineage events to files, a line each, by day and size.',
  service: lineageIntegrator,
  config: fileConfig,

  async connect({ config, name, log }) {
    const { folder, fileName = name, maxMegabytes, daily, keep, compression } = config;
    return new EventFile({
      ...{ folder, fileName, daily, keep, compression },
      maxBytes: maxMegabytes * 1_048_576,
      nowMs: Date.now,
      onTidyFailed: (error) =>
        log.warn(
          'Complete files of the log could not be compressed or removed; the next file is one more try',
          {
            reason: error instanceof Error ? error.message : String(error),
          },
        ),
    });
  },

  async engage({ config, client, openLineage }) {
    const transformed = eventTransform(config.transform);
    await openLineage.listen((events) => client.append(events.map(({ body }) => transformed(body))), {
      ...{ match: config.match, from: config.from, batch, concurrency: 1 },
    });
  },

  async disconnect({ client }) {
    await client.close();
  },
});
