/** The programs that most OpenLineage events come from. */
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { runCommand } from '@idaemon/launcher/run-command';
import { cachedFolder } from './cached-folder.mjs';
import { pythonEnvironment } from './python-environment.mjs';

/** @typedef {import('./python-environment.mjs').InstallOptions} InstallOptions */
/** @typedef {import('./python-environment.mjs').PythonEnvironment} PythonEnvironment */

const version = '1.54.0';
const client = `openlineage-python==${version}`;

/** The Python client alone: what Airflow, dbt and people's own scripts send with. @param {InstallOptions} [options] */
export function installPythonClient(options) {
  return pythonEnvironment('openlineage-python', [client], options);
}

/** One that sends events of the first version of the specification. @param {InstallOptions} [options] */
export function installOldPythonClient(options) {
  return pythonEnvironment('openlineage-python-old', ['openlineage-python==0.30.1'], options);
}

/** dbt for DuckDB and PostgreSQL, with `dbt-ol`. @param {InstallOptions} [options] */
export function installDbt(options) {
  const packages = [
    client,
    `openlineage-dbt==${version}`,
    'dbt-core==1.10.23',
    'dbt-duckdb==1.11.1',
    'dbt-postgres==1.11.0',
  ];
  return pythonEnvironment('dbt', packages, options);
}

const sparkListener = {
  artifact: 'io.openlineage:openlineage-spark_2.12:1.53.0',
  file: 'openlineage-spark_2.12-1.53.0.jar',
  url: 'https://repo1.maven.org/maven2/io/openlineage/openlineage-spark_2.12/1.53.0/',
  sha256: '9fe28ee2e5b2cb535cd51b6572394bddeb684bf0c58650a698cf7724ce62d94d',
};

/**
 * PySpark, which brings a whole Spark but no Java, and the listener that sends its lineage.
 * @param {InstallOptions} [options]
 * @returns {Promise<PythonEnvironment & { listener: string }>} `listener`: a jar
 */
export async function installSpark(options = {}) {
  const java = await runCommand('java', ['-version'], { signal: options.signal });
  if (!java.isOk) throw new Error('Spark needs Java 8, 11 or 17, and there is no program `java`');
  const { file } = sparkListener;
  const folder = await cachedFolder(file.replace(/\.jar$/, ''), (empty) => fetchListener(empty, options));
  const environment = await pythonEnvironment('pyspark', ['pyspark==3.5.9'], options);
  return { ...environment, listener: join(folder, file) };
}

/** By Maven, which knows the mirrors of its user; else from Maven Central. @param {string} folder @param {InstallOptions} options */
async function fetchListener(folder, { signal }) {
  const { artifact, file, url, sha256 } = sparkListener;
  const goal = ['dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`];
  const byMaven = await runCommand('mvn', ['-q', '-B', ...goal], { signal });
  if (!byMaven.isOk) {
    const args = [
      '--fail',
      '--location',
      '--silent',
      '--show-error',
      '--output',
      join(folder, file),
      url + file,
    ];
    const fetched = await runCommand('curl', args, { signal });
    if (!fetched.isOk) throw new Error(`${file} could not be fetched: ${fetched.output.trim()}`);
  }
  const found = createHash('sha256')
    .update(await readFile(join(folder, file)))
    .digest('hex');
  if (found !== sha256) throw new Error(`${file} is not the pinned one, its SHA-256 is ${found}`);
}
