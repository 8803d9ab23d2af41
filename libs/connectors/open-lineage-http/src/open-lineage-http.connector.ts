import { defineConnector, parseDuration } from '@idaemon/connector-kit';
import { lineageIntegrator } from '@idaemon/integration-services';
import { eventTransform } from '@idaemon/open-lineage';
import { httpConfig, type HttpConfig } from './config.js';
import { Forwarder, type Target } from './forwarder.js';
import { openPoster } from './poster.js';

/** Posts the events that senders have sent to another OpenLineage receiver, as they sent them. */
export const openLineageHttp = defineConnector({
  name: 'open-lineage-http',
  description: 'Forwards OpenLineage events to another receiver over HTTP: Marquez, DataHub, any other.',
  service: lineageIntegrator,
  config: httpConfig,
  secrets: {
    token: { description: 'Sent as `Authorization: Bearer …`.', isRequired: false },
  },

  async connect({ config, secrets, name }) {
    const { headers, compression, concurrency } = config;
    return openPoster({
      headers: {
        'user-agent': `idaemon/${name}`,
        ...headers,
        ...(secrets.token ? { authorization: `Bearer ${secrets.token}` } : {}),
      },
      compression,
      timeoutMs: parseDuration(config.timeout) ?? 5_000,
      connections: concurrency,
    });
  },

  async engage({ config, client, openLineage }) {
    const { match, from, concurrency, batch, transform } = config;
    const forwarder = new Forwarder(client, targetOf(config), eventTransform(transform), Date.now);
    await openLineage.listen((events, signal) => forwarder.forward(events, signal), {
      ...{ match, from, concurrency, batch: batch.size },
    });
  },

  async disconnect({ client }) {
    client.close();
  },
});

function targetOf({ url, endpoint, batch }: HttpConfig): Target {
  return { single: under(url, endpoint), batch: under(url, batch.endpoint ?? `${endpoint}/batch`) };
}

/** A path of the address stays: receivers stand behind prefixes. */
function under(address: string, path: string): URL {
  const url = new URL(address);
  const [pathname = '', search] = path.split('?');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${pathname.replace(/^\/+/, '')}`;
  if (search !== undefined) url.search = search;
  return url;
}
