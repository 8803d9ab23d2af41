import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What the generators make is used as its author will: in a copy of the workspace, with the workspace's own tools. */
const workspace = await realpath(join(import.meta.dirname, '../..'));
const copied = [
  ...[
    'package.json',
    'nx.json',
    'tsconfig.json',
    'tsconfig.base.json',
    'vitest.config.mts',
    'eslint.config.mjs',
  ],
  ...['.swcrc', '.prettierrc.json', '.prettierignore', '.gitignore', 'apps', 'libs', 'tools', 'bench'],
];
const run = promisify(execFile);
let copy: string;

beforeAll(async () => {
  copy = await realpath(await mkdtemp(join(tmpdir(), 'idaemon-generated-')));
  for (const name of copied)
    await cp(join(workspace, name), join(copy, name), { recursive: true, filter: isSource });
  await linkDependencies();
  await nx('g', '@idaemon/generators:service', 'topic', '--type', 'Topic', '--skipInstall');
  await nx('g', '@idaemon/generators:connector', 'apache-thing', '--service', 'topic', '--skipInstall');
  // As npm install would.
  await link(
    join(copy, 'node_modules/@idaemon/connector-apache-thing'),
    join(copy, 'libs/connectors/apache-thing'),
  );
}, 300_000);

afterAll(() => rm(copy, { recursive: true, force: true }));

describe('a generated connector in a generated service', { timeout: 300_000 }, () => {
  it('passes its own spec, which is the contract', async () => {
    const { stdout } = await node('vitest', 'run', '--project', 'unit', 'libs/connectors/apache-thing/');
    expect(stdout).toMatch(/Tests .*\d+ passed/);
  });

  it('passes lint, builds and is formatted', async () => {
    const projects = ['@idaemon/connector-apache-thing', '@idaemon/topic-integrator'];
    await nx('run-many', '-t', 'lint', 'build', '-p', ...projects);
    expect(await readdir(join(copy, 'libs/connectors/apache-thing/dist'))).toContain('index.js');
    expect(await readdir(join(copy, 'apps/topic-integrator/dist'))).toContain('main.js');
    const made = ['libs/connectors/apache-thing', 'apps/topic-integrator', 'libs/integration-services/src'];
    await node('prettier', '--check', ...made);
  });

  it('passes the compiler', async () => {
    const include = ['libs/connectors/apache-thing/src/**/*.ts', 'apps/topic-integrator/src/**/*.ts'];
    const config = { extends: './tsconfig.base.json', compilerOptions: { noEmit: true }, include };
    await writeFile(join(copy, 'tsconfig.made.json'), JSON.stringify(config));
    await node('tsc', '-p', 'tsconfig.made.json');
  });
});

function isSource(path: string): boolean {
  return !/\/(node_modules|dist|\.nx)(\/|$)/.test(path.slice(workspace.length));
}

/** Packages as they are installed; those of the workspace from the copy. */
async function linkDependencies(): Promise<void> {
  const installed = join(workspace, 'node_modules');
  for (const name of await readdir(installed)) {
    if (name === '.cache' || name === '@idaemon') continue;
    await link(join(copy, 'node_modules', name), join(installed, name));
  }
  for (const name of await readdir(join(installed, '@idaemon'))) {
    const target = await realpath(join(installed, '@idaemon', name));
    const place = join(copy, target.slice(workspace.length));
    await link(join(copy, 'node_modules/@idaemon', name), place);
    const own = join(target, 'node_modules');
    if (await readdir(own).catch(() => undefined)) await link(join(place, 'node_modules'), own);
  }
}

async function link(path: string, target: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
}

function nx(...args: string[]) {
  return node('nx', ...args);
}

/** Runs a program of the workspace; rejects with what it said. */
async function node(program: string, ...args: string[]) {
  const env = {
    ...process.env,
    NX_DAEMON: 'false',
    NO_COLOR: '1',
    VITEST: undefined,
    NODE_OPTIONS: undefined,
  };
  const path = join(copy, 'node_modules/.bin', program);
  try {
    return await run(path, args, { cwd: copy, env, maxBuffer: 2 ** 24 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
  }
}
