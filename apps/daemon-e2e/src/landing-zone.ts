import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestSystem } from './test-system.js';

/** A folder of small files of several kinds, and the document of a connector that reads it. */
export class LandingZone {
  private constructor(
    readonly path: string,
    readonly connector: string,
  ) {}

  static async make(system: TestSystem, connector: string, files: number): Promise<LandingZone> {
    const zone = new LandingZone(join(system.folder, 'landing', connector), connector);
    await mkdir(zone.path, { recursive: true });
    for (let file = 0; file < files; file += 1) await zone.write(nameOf(file), `line ${file}\n`);
    return zone;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  async write(name: string, content: string): Promise<void> {
    await mkdir(dirname(this.file(name)), { recursive: true });
    await writeFile(this.file(name), content);
  }

  document(extra: object = {}): object {
    return {
      name: this.connector,
      service: 'files-integrator',
      connector: 'folder',
      config: { path: this.path },
      schedule: { every: '1h' },
      ...extra,
    };
  }
}

/** Ten folders, so that there is a hierarchy to keep. */
function nameOf(file: number): string {
  return `part-${file % 10}/file-${file}.log`;
}
