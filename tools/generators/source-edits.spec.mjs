import { expect, test } from 'vitest';
import { withExport, withImport } from './source-edits.mjs';

const several = "export type {\n  One,\n  Two,\n} from './several-types.js';\n";

test('a re-export is put in order among others of several lines', () => {
  const source = `export { a } from './a.js';\n${several}`;
  expect(withExport(source, "export { b } from './b.js';")).toBe(
    `export { a } from './a.js';\nexport { b } from './b.js';\n${several}`,
  );
});

test('an import is put in order among others of several lines, and nothing else moves', () => {
  const source = "import {\n  Z,\n  Y,\n} from '@idaemon/y';\n\nexport class X {}\n";
  const line = "import { x } from '@idaemon/connector-x';";
  expect(withImport(source, line)).toBe(`${line}\n${source}`);
});

test('what is there already is not added again', () => {
  expect(withExport(several, several.trim())).toBe(several);
  const line = "import { x } from 'x';";
  expect(withImport(`${line}\n\nx();\n`, line)).toBe(`${line}\n\nx();\n`);
});
