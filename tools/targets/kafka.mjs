/** A real Kafka of one node for tests: jars of Maven Central in the cache, data in a folder that goes with it. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LauncherError } from '@idaemon/launcher/failure';
import { cacheFolder } from '@idaemon/launcher/folders';
import { freePortNear } from '@idaemon/launcher/ports';
import { runCommand } from '@idaemon/launcher/run-command';

const version = '4.1.1';
const toFetchMs = 600_000;
const toStartMs = 120_000;
const toStopMs = 15_000;

/** @typedef {{ broker: string, restart: () => Promise<void>, pause: () => Promise<void>, stop: () => Promise<void> }} RunningKafka */

/**
 * Needs Java 17 or newer, and Maven the first time.
 * @returns {Promise<RunningKafka>} `pause` ends the broker and keeps its data, `restart` brings it back at the same address
 */
export async function startKafka() {
  const jars = await fetchedJars();
  const folder = await mkdtemp(join(tmpdir(), 'idaemon-kafka-'));
  const port = await freePortNear(19_092);
  const controllerPort = await freePortNear(19_093, { taken: new Set([port]) });
  const properties = join(folder, 'server.properties');
  await writeFile(properties, serverProperties(folder, port, controllerPort));
  const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', properties];
  const formatted = await runCommand('java', ['-cp', `${jars}/*`, ...format], { timeoutMs: toStartMs });
  if (!formatted.isOk) throw failure(formatted.output);
  let node = await startNode(jars, properties);
  const pause = () => node.stop();
  return {
    broker: `127.0.0.1:${port}`,
    pause,
    async restart() {
      await pause();
      node = await startNode(jars, properties);
    },
    async stop() {
      await pause();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @returns {Promise<string>} the folder of the jars */
async function fetchedJars() {
  const folder = join(cacheFolder(), `kafka-${version}`);
  const jars = join(folder, 'libs');
  if (await exists(jars)) return jars;
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'fetch-'));
  try {
    await writeFile(join(work, 'pom.xml'), projectFile());
    const goal = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=libs'];
    const fetched = await runCommand('mvn', goal, { cwd: work, timeoutMs: toFetchMs });
    if (!fetched.isOk) throw failure(fetched.output);
    // Another test may have been faster.
    await rename(join(work, 'libs'), jars).catch(async (error) => {
      if (!(await exists(jars))) throw error;
    });
    return jars;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** @param {string} jars @param {string} properties */
async function startNode(jars, properties) {
  const child = spawn('java', ['-Xmx512m', '-cp', `${jars}/*`, 'kafka.Kafka', properties], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = once(child, 'exit');
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(failure(`it is not ready; it said: ${output}`)), toStartMs);
    const finish = (/** @type {() => void} */ settle) => {
      clearTimeout(timer);
      settle();
    };
    const hear = (/** @type {string} */ text) => {
      output = (output + text).slice(-16_384);
      if (/Kafka Server started/.test(output)) finish(() => resolve(undefined));
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear);
    child.once('error', (error) => finish(() => reject(failure(error.message))));
    void exited.then(() => finish(() => reject(failure(`it ended; it said: ${output}`))));
  }).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const timer = setTimeout(() => child.kill('SIGKILL'), toStopMs);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(timer);
    },
  };
}

/** @param {string} folder @param {number} port @param {number} controllerPort */
function serverProperties(folder, port, controllerPort) {
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.listener.names=CONTROLLER',
    `log.dirs=${join(folder, 'data')}`,
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=1',
    'group.initial.rebalance.delay.ms=0',
    'auto.create.topics.enable=false',
  ].join('\n');
}

function projectFile() {
  const jar = (/** @type {string} */ group, /** @type {string} */ name, /** @type {string} */ of) =>
    `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${of}</version></dependency>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>idaemon.targets</groupId><artifactId>kafka</artifactId><version>1</version>
<dependencies>${jar('org.apache.kafka', 'kafka_2.13', version)}${jar('org.slf4j', 'slf4j-simple', '1.7.36')}</dependencies></project>`;
}

/** 16 bytes, as Kafka writes them. */
function clusterId() {
  return Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
}

/** @param {string} path */
async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** @param {string} reason */
function failure(reason) {
  return new LauncherError(
    `Kafka ${version}`,
    reason,
    'It needs Java 17 or newer, and Maven when it is fetched first.',
  );
}
