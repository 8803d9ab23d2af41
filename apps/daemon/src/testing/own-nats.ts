import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../../../tools/launcher/folders.mjs';
import { startNatsServer } from '../../../../tools/launcher/nats-server.mjs';

/** A NATS server that no other spec sends to: a whole daemon answers whatever comes on its subjects. */
export async function ownNats(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'idaemon-nats-'));
  const preferredPort = 20_000 + Math.floor(Math.random() * 20_000);
  const server = await startNatsServer({ folder, cacheFolder: cacheFolder(), preferredPort });
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { url: server.url, stop };
}
