/** A whole system of processes on this machine: started, watched, stopped in order. Used by `npm start`, e2e tests and bench. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setInterval } from 'node:timers';
import { logFileOf, startApp, untilReady, urlOfApp } from './apps.mjs';
import { cutLog } from './log-files.mjs';
import { readJsonObject, writePrivateJson } from './private-files.mjs';
import { isAlive, isProcessIdentity } from './process-identity.mjs';
import { adoptProcess, supervise } from './processes.mjs';

/** @typedef {import('./apps.mjs').App} App */
/** @typedef {import('./processes.mjs').RunningProcess} RunningProcess */
/** @typedef {import('./processes.mjs').Exit} Exit */
/** @typedef {import('./apps.mjs').End} End */
/** @typedef {{ process: () => RunningProcess, start: () => Promise<RunningProcess>, stop: () => Promise<void> }} Server */
/**
 * @typedef {object} SystemOptions
 * @property {string} home
 * @property {string} natsUrl
 * @property {string} postgresUrl
 * @property {NodeJS.ProcessEnv} [environment] of the apps, beside what each of them is given
 * @property {boolean} [isSupervised] false: what ends stays ended, until `start`
 * @property {(text: string) => void} [say] tells of processes that end and are started again
 */

/** Longer than an app's own time for an orderly shutdown. */
const appGraceMs = 15_000;
const logCheckMs = 60_000;
/** An app that ends this often before it was ready will not get there by itself. */
const maxEndsBeforeReady = 3;
/** A mistake in its environment (EX_CONFIG): it is the same at the next try. */
const configurationExit = 78;

export class System {
  /** @type {Map<string, { app: App, process: RunningProcess, ends: number, lastEnd?: End, supervision: AbortController }>} */
  #apps = new Map();
  /** @type {Map<string, { server: Server, supervision: AbortController }>} */
  #servers = new Map();
  #over = new AbortController();
  /** @type {Set<Promise<void>>} */
  #supervisions = new Set();
  #options;
  #record;
  #recording = Promise.resolve();
  #logTimer;

  /** @param {SystemOptions} options */
  constructor(options) {
    this.#options = { environment: process.env, isSupervised: true, say: () => undefined, ...options };
    this.#record = join(options.home, 'processes.json');
    this.#logTimer = setInterval(() => void this.#cutLogs(), logCheckMs);
    this.#logTimer.unref();
  }

  /**
   * Apps that a killed launcher left: its successor cannot know what they were built from.
   * @param {string} home
   * @returns {Promise<string[]>} their names
   */
  static async stopLeftovers(home) {
    const known = Object.entries(await readJsonObject(join(home, 'processes.json')));
    const stopped = await Promise.all(
      known.map(async ([name, identity]) => {
        if (!isProcessIdentity(identity) || !(await isAlive(identity))) return undefined;
        await adoptProcess(name, identity).stop({ graceMs: appGraceMs });
        return name;
      }),
    );
    return stopped.filter((name) => name !== undefined);
  }

  /** Keeps a PostgreSQL or NATS server of ours running, too. @param {string} name @param {Server} server */
  watch(name, server) {
    const supervision = new AbortController();
    this.#servers.set(name, { server, supervision });
    if (this.#options.isSupervised)
      this.#supervise(name, server.process(), () => server.start(), supervision.signal);
  }

  /** Starts an app, or starts it again after it ended. @param {App} app */
  async start(app) {
    await mkdir(join(this.#options.home, 'logs'), { recursive: true });
    this.#apps.get(app.name)?.supervision.abort();
    const supervision = new AbortController();
    const first = await startApp(app, this.#options);
    this.#apps.set(app.name, { app, process: first, ends: 0, supervision });
    await this.#note(app.name, first);
    if (this.#options.isSupervised)
      this.#supervise(app.name, first, () => startApp(app, this.#options), supervision.signal);
    return first;
  }

  /** @param {string} name @param {AbortSignal} [signal] */
  async untilReady(name, signal = this.#over.signal) {
    const known = this.#known(name);
    await untilReady(known.app, {
      home: this.#options.home,
      signal,
      ended: () => {
        const { ends, lastEnd } = this.#known(name);
        const isFinal = lastEnd?.code === configurationExit || !this.#options.isSupervised;
        return ends >= (isFinal ? 1 : maxEndsBeforeReady) ? lastEnd : undefined;
      },
    });
    this.#known(name).ends = 0;
  }

  get names() {
    return [...this.#apps.keys()];
  }

  /** The process as it runs now. @param {string} name */
  process(name) {
    return this.#known(name).process;
  }

  /** @param {string} name */
  url(name) {
    return urlOfApp(this.#known(name).app);
  }

  /** @param {string} name */
  logFile(name) {
    return logFileOf(this.#options.home, name);
  }

  /** Ends one app for good, e.g. to take a replica away. @param {string} name @param {{ signal?: NodeJS.Signals }} [options] */
  async end(name, { signal } = {}) {
    const { process, supervision } = this.#known(name);
    supervision.abort();
    await process.stop({ signal, graceMs: appGraceMs });
    this.#apps.delete(name);
    await this.#remember();
  }

  /**
   * In order: integrators give their connectors back while daemon and gateway are there; servers last.
   * @param {{ isForced?: boolean }} [options] `isForced`: at once; the next start recovers
   */
  async stop({ isForced = false } = {}) {
    this.#over.abort();
    clearInterval(this.#logTimer);
    for (const { supervision } of [...this.#apps.values(), ...this.#servers.values()]) supervision.abort();
    const integrators = this.names.filter((name) => this.#known(name).app.app.endsWith('-integrator'));
    const others = this.names.filter((name) => !integrators.includes(name));
    const how = isForced ? { signal: /** @type {const} */ ('SIGKILL') } : { graceMs: appGraceMs };
    for (const names of [integrators, others])
      await Promise.all(names.map((name) => this.process(name).stop(how)));
    await Promise.all([...this.#servers.values()].map(({ server }) => server.stop()));
    await Promise.all(this.#supervisions);
    this.#apps.clear();
    await this.#remember();
  }

  /** @param {string} name @param {RunningProcess} first @param {() => Promise<RunningProcess>} start @param {AbortSignal} signal */
  #supervise(name, first, start, signal) {
    const { say } = this.#options;
    const supervision = supervise({
      name,
      first,
      start,
      signal: AbortSignal.any([signal, this.#over.signal]),
      onEnd: ({ exit, error, nextTryInMs }) => {
        const what = exit
          ? endOf(exit)
          : `did not start: ${error instanceof Error ? error.message : String(error)}`;
        say(
          `${name} ${what}; next try in ${nextTryInMs / 1000} s${this.#apps.has(name) ? `, log: ${this.logFile(name)}` : ''}`,
        );
      },
      onStart: (process) => this.#note(name, process),
    });
    this.#supervisions.add(supervision);
    void supervision.finally(() => this.#supervisions.delete(supervision));
  }

  /** @param {string} name @param {RunningProcess} process */
  async #note(name, process) {
    const known = this.#apps.get(name);
    if (!known) return;
    known.process = process;
    void process.exited.then((exit) => {
      known.ends++;
      known.lastEnd = { how: endOf(exit), code: exit.code, logStart: process.logStart };
    });
    await this.#remember();
  }

  /** So that the next launcher finds them if this one is killed. */
  async #remember() {
    const identities = Object.fromEntries(
      [...this.#apps].map(([name, { process }]) => [name, process.identity]),
    );
    this.#recording = this.#recording
      .catch(() => undefined)
      .then(() => writePrivateJson(this.#record, identities));
    await this.#recording;
  }

  async #cutLogs() {
    for (const name of this.names) await cutLog(this.logFile(name)).catch(() => undefined);
  }

  /** @param {string} name */
  #known(name) {
    const known = this.#apps.get(name);
    if (!known)
      throw new Error(`No process ${name} was started; there are ${this.names.join(', ') || 'none'}.`);
    return known;
  }
}

/** @param {Exit} exit */
function endOf({ code, signal }) {
  if (signal) return `ended by ${signal}`;
  return code === null ? 'ended' : `ended with exit code ${code}`;
}
