/** Connectors of the spec beside this file: careless, sharded, following. An integrator loads them as an operator's. */
import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { z } from 'zod';

const service = {
  name: 'files-integrator',
  description: 'As the real one, as far as these need it.',
  collections: { dataFiles: { type: 'DataFile' } },
};

const strays = {
  rejection: () => void Promise.reject(new Error('nobody awaited this')),
  timer: () => void setTimeout(() => fail('a timer threw this'), 10),
  socket: () => void connect(1, '127.0.0.1'),
};

/** Leaves an error behind each time it engages, until the file `mended` is there. */
export const careless = {
  name: 'careless',
  description: 'Leaves errors behind.',
  service,
  config: z.object({ mended: z.string(), kind: z.enum(['rejection', 'timer', 'socket']) }),
  async engage({ config, signal }) {
    if (!existsSync(config.mended)) strays[config.kind]();
    await untilAbort(signal);
  },
};

/** Catalogues `size` files, each part its share of them. */
export const sharded = {
  name: 'sharded',
  description: 'Works in three parts.',
  service,
  shards: 3,
  config: z.object({ size: z.number() }),
  async refresh({ config, metadata, shard, name }) {
    const all = Array.from({ length: config.size }, (_, index) => index);
    const share = all.filter((index) => index % shard.count === shard.index);
    await metadata.dataFiles.sync(
      share.map((index) => ({ qualifiedName: `${name}:${index}`, name: `part ${shard.index}` })),
    );
  },
};

/** Writes down what others change. */
export const following = {
  name: 'following',
  description: 'Follows other sources.',
  service,
  config: z.object({ told: z.string(), source: z.string() }),
  async engage({ config, metadata }) {
    for await (const { kind, element } of metadata.changes({
      types: ['DataFile'],
      sources: [config.source],
    })) {
      await appendFile(config.told, `${kind} ${element.qualifiedName}\n`);
    }
  },
};

function fail(message) {
  throw new Error(message);
}

function untilAbort(signal) {
  return new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
}
