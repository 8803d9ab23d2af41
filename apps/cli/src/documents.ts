/** Reads the documents of `apply -f`: YAML (several in a file) or JSON, a file, a folder of them, or `-`. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { LineCounter, parseAllDocuments } from 'yaml';
import type { Environment } from './contexts.js';
import { CliError, exitCodes } from './exit-codes.js';

export interface SourcedDocument {
  /** File and number, for messages. */
  from: string;
  content: Record<string, unknown>;
}

export async function readDocuments(path: string, environment: Environment): Promise<SourcedDocument[]> {
  if (path === '-') return parseDocuments('standard input', await text(process.stdin), environment);
  const files = await filesOf(path);
  const documents: SourcedDocument[] = [];
  for (const file of files)
    documents.push(...parseDocuments(file, await readFile(file, 'utf8'), environment));
  if (!documents.length)
    throw new CliError(
      `${path} holds no document`,
      exitCodes.usage,
      'Name a YAML or JSON file, or a folder of them.',
    );
  return documents;
}

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found)
    throw new CliError(`${path} does not exist`, exitCodes.usage, 'Name a file or a folder that exists.');
  if (found.isFile()) return [path];
  const names = await readdir(path);
  return names
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

export function parseDocuments(from: string, content: string, environment: Environment): SourcedDocument[] {
  const lineCounter = new LineCounter();
  return parseAllDocuments(content, { lineCounter }).flatMap((document, index) => {
    const [error] = document.errors;
    if (error)
      throw new CliError(
        `${from} is not valid YAML: ${error.message.trimEnd()}`,
        exitCodes.usage,
        'Correct it there.',
      );
    const value: unknown = document.toJS();
    if (value === null) return [];
    if (typeof value !== 'object' || Array.isArray(value)) {
      throw new CliError(
        `${from}, document ${index + 1}, is not an object`,
        exitCodes.usage,
        'Write keys and values, such as name: landing-zone.',
      );
    }
    return [
      {
        from: `${from}#${index + 1}`,
        content: substitute(value, environment, from) as Record<string, unknown>,
      },
    ];
  });
}

/** `${NAME}` stands for a variable of the environment of whoever applies; `$${` stands for itself. */
function substitute(value: unknown, environment: Environment, from: string): unknown {
  if (Array.isArray(value)) return value.map((item) => substitute(item, environment, from));
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, substitute(item, environment, from)]),
    );
  }
  if (typeof value !== 'string') return value;
  return value.replace(
    /\$(\$)?\{([A-Za-z_][A-Za-z0-9_]*)\}/g,
    (all, escaped: string | undefined, name: string) => {
      if (escaped) return all.slice(1);
      const found = environment[name];
      if (found === undefined)
        throw new CliError(
          `${from} needs the environment variable ${name}, which is not set`,
          exitCodes.usage,
          'Set it, or write $${' + name + '} where the text itself is meant.',
        );
      return found;
    },
  );
}
