import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceFolder } from '@idaemon/launcher/folders';

const run = promisify(execFile);
/** What a connector's author brings along; of the workspace, so that nothing is fetched. */
const tools = ['typescript', 'vitest', '@types/node', 'undici-types'];
const example = 'libs/connectors/csv-folder/src/csv-folder.connector';

/** A project of somebody else, outside of the workspace, that installs our packages as they are published. */
export class OutsideProject {
  private constructor(readonly folder: string) {}

  /** With the connector of docs/write-a-connector.md and its test; installed, not yet compiled. */
  static async make(): Promise<OutsideProject> {
    const folder = await mkdtemp(join(tmpdir(), 'idaemon-outside-'));
    const project = new OutsideProject(folder);
    await mkdir(join(folder, 'src'));
    for (const ending of ['.ts', '.spec.ts'])
      await cp(join(workspaceFolder, example + ending), join(folder, 'src', `csv-folder.connector${ending}`));
    await project.#write('tsconfig.json', {
      compilerOptions: {
        ...{ target: 'es2023', module: 'nodenext', strict: true, types: ['node'] },
        ...{ rootDir: 'src', outDir: 'dist' },
      },
      include: ['src'],
    });
    await project.#install();
    return project;
  }

  async compile(): Promise<void> {
    await this.#run('node', 'node_modules/typescript/bin/tsc', '-p', '.');
  }

  /** @returns what Vitest says at its end */
  async test(): Promise<string> {
    const { stdout } = await this.#run('node', 'node_modules/vitest/vitest.mjs', 'run', '--dir', 'src');
    return stdout;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async #install(): Promise<void> {
    await run('npx', ['nx', 'run-many', '-t', 'declarations'], { cwd: workspaceFolder });
    const packed = join(this.folder, 'packed');
    await mkdir(packed);
    const folders = [...(await publishedProjects()), 'node_modules/zod'];
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', packed];
    const { stdout } = await run('npm', [...args, ...folders.map((folder) => `./${folder}`)], {
      cwd: workspaceFolder,
      maxBuffer: 10_000_000,
    });
    const made = Object.values(JSON.parse(stdout) as Record<string, { name: string; filename: string }>);
    await this.#write('package.json', {
      ...{ name: 'outside-connector', version: '3.2.1', private: true, type: 'module' },
      exports: './dist/csv-folder.connector.js',
      dependencies: Object.fromEntries(made.map(({ name, filename }) => [name, `file:packed/${filename}`])),
    });
    const quiet = ['--offline', '--no-audit', '--no-fund', '--legacy-peer-deps', '--loglevel', 'error'];
    await this.#run('npm', 'install', ...quiet);
    for (const name of tools) {
      const link = join(this.folder, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(workspaceFolder, 'node_modules', name), link);
    }
  }

  async #write(name: string, content: unknown): Promise<void> {
    await writeFile(join(this.folder, name), JSON.stringify(content));
  }

  async #run(program: string, ...args: string[]): Promise<{ stdout: string }> {
    try {
      return await run(program, args, { cwd: this.folder, env: { ...process.env, NODE_ENV: 'test' } });
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${program} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
    }
  }
}

/** Those that `nx release` versions. */
async function publishedProjects(): Promise<string[]> {
  const text = await readFile(join(workspaceFolder, 'nx.json'), 'utf8');
  return (JSON.parse(text) as { release: { projects: string[] } }).release.projects;
}
