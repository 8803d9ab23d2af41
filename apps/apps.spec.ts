import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { integrationServices } from '@idaemon/contracts';
import { describe, expect, it } from 'vitest';

const apps = import.meta.dirname;
const integrators = readdirSync(apps).filter((name) => name.endsWith('-integrator'));
const read = (...path: string[]) => readFileSync(join(apps, ...path), 'utf8');
const pascal = (name: string) =>
  name.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());

describe.each(integrators)('%s', (name) => {
  const module = `${pascal(name)}Module`;

  it('is one of the twelve', () => {
    expect(Object.keys(integrationServices)).toContain(name);
  });

  it('has a main that only starts its module', () => {
    expect(read(name, 'src', 'main.ts')).toBe(
      `import { bootstrap } from '@idaemon/service-runtime';\n` +
        `import { ${module} } from './${name}.module.js';\n\n` +
        `void bootstrap(${module});\n`,
    );
  });

  it('has a module that is a list', () => {
    const text = read(name, 'src', `${name}.module.ts`);
    expect(text).toMatch(
      /@Module\(\{\n {2}imports: \[\s*IntegrationServiceModule\.forRoot\(\{\s*service: \w+,\s+connectors: \[[\w,\s]*\](,\s+modules: \[[\w, ]+\])?,?\s+\}\),?\s*\],\n\}\)/,
    );
    expect(text.trimEnd().endsWith(`export class ${module} {}`)).toBe(true);
  });

  it('has no other source', () => {
    expect(readdirSync(join(apps, name, 'src')).sort()).toEqual([`${name}.module.ts`, 'main.ts'].sort());
  });

  it('is tagged as an integrator', () => {
    const { nx } = JSON.parse(read(name, 'package.json')) as { nx: { tags: string[] } };
    expect(nx.tags).toEqual(['type:app', 'owner:integrator']);
  });
});
