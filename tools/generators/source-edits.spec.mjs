import { describe, expect, it } from 'vitest';
import { withConnector, withExport, withImport } from './source-edits.mjs';

describe('edits of sources', () => {
  it('add an export among the others, once', () => {
    const source = "export { a } from './a.js';\nexport { c } from './c.js';\n";
    const added = withExport(source, "export { b } from './b.js';");
    expect(added).toBe(
      "export { a } from './a.js';\nexport { b } from './b.js';\nexport { c } from './c.js';\n",
    );
    expect(withExport(added, "export { b } from './b.js';")).toBe(added);
  });

  it('add an import among the others, once', () => {
    const source = "import { a } from '@a/a';\nimport { c } from '@c/c';\n\nrun(a, c);\n";
    const added = withImport(source, "import { b } from '@b/b';");
    expect(added.split('\n').slice(0, 4)).toEqual([
      "import { a } from '@a/a';",
      "import { b } from '@b/b';",
      "import { c } from '@c/c';",
      '',
    ]);
    expect(withImport(added, "import { b } from '@b/b';")).toBe(added);
  });

  it('add a connector to an empty list, to a full one, and to one of several lines', () => {
    expect(withConnector('forRoot({ connectors: [] })', 'a', 'x')).toBe('forRoot({ connectors: [a] })');
    expect(withConnector('connectors: [a, c]', 'b', 'x')).toBe('connectors: [a, b, c]');
    expect(withConnector('connectors: [\n  a,\n  c,\n]', 'b', 'x')).toBe('connectors: [a, b, c]');
  });

  it('say what to do when there is no list', () => {
    expect(() => withConnector('nothing', 'a', 'app.module.ts')).toThrow('app.module.ts has no list');
  });
});
