import type { Command } from 'commander';
import { errorCodes, type ErrorCode, type FieldError } from '@idaemon/contracts';
import { readDocuments, type SourcedDocument } from '../documents.js';
import { CliError, exitCodes } from '../exit-codes.js';
import type { Session, SessionOf } from '../session.js';

/** apply, validate, test, delete: what is done with documents. */
export function addDocumentCommands(program: Command, session: SessionOf): void {
  const file = [
    '-f, --file <path>',
    'a YAML or JSON file, a folder of them, or - for standard input',
  ] as const;
  program
    .command('apply')
    .requiredOption(...file)
    .description('create or change connectors and gateways so that they are as the documents say')
    .action(async (options: { file: string }) => {
      const current = session();
      await each(await readDocuments(options.file, current.environment), (document) =>
        applyOne(current, document),
      );
    });
  program
    .command('validate')
    .requiredOption(...file)
    .description('check documents without saving them')
    .action(async (options: { file: string }) => {
      const current = session();
      await each(await readDocuments(options.file, current.environment), (document) =>
        validateOne(current, document),
      );
    });
  program
    .command('test')
    .requiredOption(...file)
    .description('try the connections of documents without saving them')
    .action(async (options: { file: string }) => {
      const current = session();
      await each(await readDocuments(options.file, current.environment), (document) =>
        testOne(current, document),
      );
    });
  program
    .command('delete')
    .argument('<connector>')
    .option('--elements <what>', 'keep or remove what it has catalogued; also of one deleted before', 'keep')
    .description('delete a connector')
    .action(async (name: string, { elements }: { elements: string }) => {
      const { api, output } = session();
      await api.send(`/api/connectors/${encodeURIComponent(name)}`, {
        method: 'DELETE',
        query: { elements },
      });
      output.note(
        `connector ${name} deleted; its elements are ${elements === 'remove' ? 'being removed: see its runs' : 'kept'}`,
      );
    });
}

/** Gateways first, since connectors name them; goes on after a wrong one and fails at the end. */
async function each(
  documents: SourcedDocument[],
  work: (document: SourcedDocument) => Promise<void>,
): Promise<void> {
  refuseSameName(documents);
  const ordered = [...documents].sort(
    (a, b) => Number(b.content.kind === 'gateway') - Number(a.content.kind === 'gateway'),
  );
  const failures: CliError[] = [];
  for (const document of ordered) {
    try {
      await work(document);
    } catch (error) {
      if (!(error instanceof CliError) || error.exitCode === exitCodes.unavailable) throw error;
      failures.push(
        new CliError(`${document.from}: ${error.message}`, error.exitCode, error.action, error.fields),
      );
    }
  }
  const [first, ...more] = failures;
  if (!first) return;
  const others = more.flatMap(({ message, fields }) => [{ path: '', message }, ...fields]);
  throw new CliError(first.message, first.exitCode, first.action, [...first.fields, ...others]);
}

/** The second would silently undo the first, with every apply anew. */
function refuseSameName(documents: SourcedDocument[]): void {
  const seen = new Map<string, string>();
  for (const { content, from } of documents) {
    if (typeof content.name !== 'string') continue;
    const key = `${kindOf(content)} ${content.name}`;
    const first = seen.get(key);
    if (first)
      throw new CliError(
        `${first} and ${from} both describe the ${key}`,
        exitCodes.usage,
        'Leave one of them out, or give one another name.',
      );
    seen.set(key, from);
  }
}

function kindOf(content: SourcedDocument['content']): 'gateway' | 'connector' {
  return content.kind === 'gateway' ? 'gateway' : 'connector';
}

interface Applied {
  name: string;
  revision?: number;
}

async function applyOne({ api, output }: Session, { content, from }: SourcedDocument): Promise<void> {
  const name = content.name;
  if (typeof name !== 'string' || !name)
    throw new CliError(`${from} has no name`, exitCodes.usage, 'Give the document a name.');
  const kind = kindOf(content);
  const path = `/api/${kind}s/${encodeURIComponent(name)}`;
  const before = await existing<Applied>(api, path);
  const after = await api.send<Applied>(path, { method: 'PUT', body: content });
  const what = !before ? 'created' : before.revision === after.revision ? 'unchanged' : 'changed';
  const revision = after.revision === undefined ? '' : ` (revision ${after.revision})`;
  output.one(after, () => [`${kind} ${name} ${what}${revision}`]);
}

async function existing<T>(api: Session['api'], path: string): Promise<T | undefined> {
  try {
    return await api.send<T>(path);
  } catch (error) {
    if (error instanceof CliError && error.exitCode === exitCodes.notFound) return undefined;
    throw error;
  }
}

async function validateOne({ api, output }: Session, { content, from }: SourcedDocument): Promise<void> {
  const { errors } = await api.send<{ errors: FieldError[] }>('/api/connectors/validate', {
    method: 'POST',
    body: content,
  });
  if (errors.length) throw new CliError('is not valid', exitCodes.usage, 'Correct the named fields.', errors);
  output.one({ from, errors }, () => [`${from}: valid`]);
}

async function testOne({ api, output }: Session, { content, from }: SourcedDocument): Promise<void> {
  const result = await api.send<{ error: TestError | null }>('/api/connectors/test', {
    method: 'POST',
    body: content,
  });
  if (result.error) throw new CliError(result.error.message, exitCodes.failure, nextAfterTest(result.error));
  output.one({ from, ...result }, () => [`${from}: connected`]);
}

interface TestError {
  code: ErrorCode;
  message: string;
  action: string;
}

/** Nothing of a test is saved, so nothing is tried again by itself. */
function nextAfterTest({ code, action }: TestError): string {
  if (errorCodes[code].consequence !== 'retry') return action;
  return 'Check that the named system runs and can be reached from the integrator, then test again.';
}
