/** A system whose receiver asks for keys, beside a catalogued database: what clients are tried with. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '@idaemon/launcher/run-command';
import type { Element, Graph } from '@idaemon/contracts';
import { eventually } from './eventually.js';
import { query } from './lineage-history.js';
import { ShopDatabase } from './shop-database.js';
import { TestSystem, type AppProcess } from './test-system.js';

const cataloguedWithinMs = 60_000;
const clientTimeoutMs = 10 * 60_000;

export const clientsFolder = fileURLToPath(new URL('clients/', import.meta.url));

export class LineageSystem {
  private constructor(
    readonly system: TestSystem,
    readonly shop: ShopDatabase,
    readonly receiver: AppProcess,
    readonly key: string,
  ) {}

  static async start(): Promise<LineageSystem> {
    const system = await TestSystem.servers();
    try {
      const shop = await ShopDatabase.make(system);
      await system.startApp('daemon');
      await system.startApp('omas-gateway');
      await system.startApp('database-integrator', 'database-integrator', {
        SHOP_PASSWORD: shop.readerPassword,
      });
      const receiver = await system.startApp('lineage-integrator', 'lineage-integrator', {
        IDAEMON_LINEAGE_SENDERS: 'known',
        // Longer than the clients wait: each of their copies is still under way when the first is stored.
        IDAEMON_LINEAGE_WAIT: '60s',
      });
      await system.ready();
      await system.declareGateway();
      await system.api.put('/api/connectors/shop', shop.document('shop'));
      await system.api.put('/api/connectors/lineage', {
        name: 'lineage',
        service: 'lineage-integrator',
        connector: 'open-lineage-cataloguer',
        config: {},
      });
      await system.api.caughtUp('shop');
      const { key } = await system.api.post<{ key: string }>('/api/lineage/senders', { name: 'clients' });
      return new LineageSystem(system, shop, receiver, key);
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  /** OpenLineage's namespace of the catalogued database. */
  get store(): string {
    return `postgres://127.0.0.1:${this.shop.port}`;
  }

  /** Runs a client to its end, with nothing of our environment but what it needs. */
  async run(
    program: string,
    args: string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ isOk: boolean; output: string; lastLine: string }> {
    const cwd = join(this.system.folder, 'client');
    await mkdir(cwd, { recursive: true });
    const usual = { PATH: process.env.PATH, JAVA_HOME: process.env.JAVA_HOME, HOME: cwd };
    const options = { cwd, env: { ...usual, ...env }, timeoutMs: clientTimeoutMs };
    const { isOk, output } = await runCommand(program, args, options);
    return { isOk, output, lastLine: output.trim().split('\n').at(-1) ?? '' };
  }

  async writeFile(name: string, content: string | object): Promise<string> {
    const path = join(this.system.folder, 'client', name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  /** Everything that was received is folded and catalogued. */
  settled(): Promise<unknown> {
    return eventually('all events catalogued', cataloguedWithinMs, async () => {
      const [left] = await query<{ events: number; entities: number }>(
        this.system,
        `select (select count(*) from lineage.event e join lineage.fold_cursor c using (stream)
             where e.position > c.position)::int as events,
           (select count(*) from lineage.job where dirty_since is not null)::int
           + (select count(*) from lineage.run where dirty_since is not null)::int
           + (select count(*) from lineage.dataset where dirty_since is not null)::int as entities`,
      );
      return left!.events + left!.entities === 0;
    });
  }

  /** What the log holds of a run, in its order. */
  async eventTypesOf(runId: string): Promise<string[]> {
    const rows = await query<{ type: string }>(
      this.system,
      `select convert_from(body, 'UTF8')::jsonb->>'eventType' as type from lineage.event
       where ordering_key = 'run:${runId}' order by position`,
    );
    return rows.map(({ type }) => type);
  }

  async element(type: string, qualifiedName: string): Promise<Element> {
    const [found] = await this.system.api.elements({ type, qualifiedName });
    if (!found) throw new Error(`Open metadata holds no ${type} ${qualifiedName}`);
    return found;
  }

  async stateOf(runId: string): Promise<unknown> {
    const run = await this.element('TransientEmbeddedProcess', `OpenLineageRun::${runId}`);
    return notesOf(run).state;
  }

  async jobs(namespace: string): Promise<Element[]> {
    const all = await this.system.api.elements({ type: 'DeployedSoftwareComponent' });
    return all.filter((job) => notesOf(job).namespace === namespace);
  }

  /** The qualified names of what is downstream of the element of a locator, and its own source. */
  async downstream(of: Record<string, string>): Promise<{ names: string[]; graph: Graph }> {
    const parameters = new URLSearchParams({ ...of, direction: 'downstream' });
    const graph = await this.system.api.get<Graph>(`/api/metadata/lineage?${parameters.toString()}`);
    return { names: graph.elements.map(({ qualifiedName }) => qualifiedName), graph };
  }

  stop(): Promise<void> {
    return this.system.stop();
  }
}

export function notesOf({ properties }: Element): Record<string, unknown> {
  const { additionalProperties: notes } = properties;
  return typeof notes === 'object' && notes !== null ? { ...notes } : {};
}
