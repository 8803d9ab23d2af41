/** A whole system of real processes for one spec file, on ports of its own, thrown away at its end. */
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@idaemon/launcher/embedded-postgres';
import { cacheFolder } from '@idaemon/launcher/folders';
import { startNatsServer, type NatsServer } from '@idaemon/launcher/nats-server';
import { freePortNear } from '@idaemon/launcher/ports';
import { System } from '@idaemon/launcher/system';
import { temporaryHome } from '@idaemon/launcher/temporary-homes';
import { Api } from './api.js';

export interface SystemOptions {
  /** Folders under apps/, one process each; default: one daemon, one gateway, the files integrator. */
  apps?: string[];
  /** For every app, beside the usual variables. */
  environment?: Record<string, string>;
}

const defaultApps = ['daemon', 'omas-gateway', 'files-integrator'];
let nextPort = 18_400;

/** One process of an app, as an operating system sees it. */
export interface AppProcess {
  readonly url: string;
  /** False once it has ended, by itself, too. */
  isRunning(): boolean;
  /** As a power failure: no handler runs; resolves when it has ended. */
  killHard(): Promise<void>;
  suspend(): void;
  resume(): void;
  /** A supervisor replaces its worker then. */
  hangUp(): void;
  /** Starts it again after it ended, on the same port. */
  startAgain(): Promise<void>;
  ready(): Promise<void>;
  /** In order, as a scheduler does it. */
  end(): Promise<void>;
}

export class TestSystem {
  readonly token: string;
  readonly api: Api;
  readonly #system: System;
  readonly #apps = new Map<
    string,
    { name: string; app: string; port: number; environment: NodeJS.ProcessEnv }
  >();

  private constructor(
    readonly folder: string,
    readonly postgres: EmbeddedPostgres,
    readonly nats: NatsServer,
    environment: Record<string, string>,
  ) {
    this.token = randomBytes(32).toString('base64url');
    this.api = new Api(() => this.app('daemon').url, this.token);
    this.#system = new System({
      home: folder,
      natsUrl: nats.url,
      postgresUrl: postgres.url(),
      isSupervised: false,
      environment: { PATH: process.env.PATH, HOME: folder, IDAEMON_TOKEN: this.token, ...environment },
    });
    this.#system.watch('postgres', {
      process: postgres.process,
      start: postgres.start,
      stop: () => postgres.stop({ isImmediate: true }),
    });
    this.#system.watch('nats', nats);
  }

  /** Servers and processes, all ready, with the gateway `default` declared. */
  static async start({ apps = defaultApps, environment = {} }: SystemOptions = {}): Promise<TestSystem> {
    const system = await TestSystem.servers(environment);
    try {
      for (const app of apps) await system.startApp(app);
      await system.ready();
      await system.declareGateway();
      return system;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  /** Postgres and NATS only: the spec starts its apps in its own order. */
  static async servers(environment: Record<string, string> = {}): Promise<TestSystem> {
    const folder = await temporaryHome();
    const [postgres, nats] = await Promise.all([
      startEmbeddedPostgres({
        folder: join(folder, 'postgres'),
        preferredPort: 18_432,
        settings: { fsync: 'off' },
      }),
      startNatsServer({ folder: join(folder, 'nats'), cacheFolder: cacheFolder(), preferredPort: 18_222 }),
    ]);
    return new TestSystem(folder, postgres, nats, environment);
  }

  async declareGateway(): Promise<void> {
    await this.api.put('/api/gateways/default', { kind: 'gateway', name: 'default' });
  }

  /** A process of an app; `name` tells a further replica from the first. */
  async startApp(app: string, name = app, environment: NodeJS.ProcessEnv = {}): Promise<AppProcess> {
    const port = await freePortNear(nextPort);
    nextPort = port + 1;
    this.#apps.set(name, { name, app, port, environment });
    await this.#system.start({ name, app, port, environment });
    return this.app(name);
  }

  app(name: string): AppProcess {
    const app = this.#apps.get(name);
    if (!app) throw new Error(`There is no app ${name}, only ${[...this.#apps.keys()].join(', ')}`);
    const running = () => this.#system.process(name);
    return {
      url: `http://127.0.0.1:${app.port}`,
      isRunning: () => isAlive(running().identity.pid),
      killHard: async () => {
        process.kill(running().identity.pid, 'SIGKILL');
        await running().exited;
      },
      suspend: () => process.kill(running().identity.pid, 'SIGSTOP'),
      resume: () => process.kill(running().identity.pid, 'SIGCONT'),
      hangUp: () => process.kill(running().identity.pid, 'SIGHUP'),
      startAgain: async () => void (await this.#system.start(app)),
      ready: () => this.#system.untilReady(name),
      end: () => this.#system.end(name),
    };
  }

  async ready(): Promise<void> {
    await Promise.all(this.#system.names.map((name) => this.#system.untilReady(name)));
  }

  async logOf(name: string): Promise<string> {
    return readFile(this.#system.logFile(name), 'utf8');
  }

  async stop(): Promise<void> {
    await this.#system.stop({ isForced: true });
    if (!process.env.IDAEMON_KEEP_TEST_FOLDERS) await rm(this.folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
