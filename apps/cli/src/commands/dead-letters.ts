import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { DeadLetter } from '@idaemon/contracts';
import { readDocuments } from '../documents.js';
import type { Environment } from '../contexts.js';
import type { SessionOf } from '../session.js';

const gatewayOption = ['--gateway <name>', 'the gateway that keeps it; default: the default one'] as const;
const path = (id: string) => `/api/dead-letters/${encodeURIComponent(id)}`;

/** What single elements and events were refused for, and what to do with them. Listed by `get dead-letters`. */
export function addDeadLetterCommands(program: Command, session: SessionOf): void {
  const command = program
    .command('dead-letter')
    .description('show, replay or discard an element or an event that was refused');
  command
    .command('show')
    .argument('<id>')
    .option(...gatewayOption)
    .action(async (id: string, { gateway }: { gateway?: string }) => {
      const letter = await session().api.send<DeadLetter>(path(id), { query: { gateway } });
      session().output.one(letter, () => [
        `${letter.qualifiedName} of ${letter.connector}, refused ${letter.at}`,
        `  ${letter.error.message}`,
        `  Next: ${letter.error.action}`,
        letter.event
          ? (letter.event.body ?? `(${letter.event.bytes} bytes)`)
          : JSON.stringify(letter.element, null, 2),
      ]);
    });
  command
    .command('replay')
    .argument('<id>')
    .option('-f, --file <path>', 'the repaired element or event')
    .option(...gatewayOption)
    .description('take the element or the event again, as it was or repaired')
    .action(async (id: string, { file, gateway }: { file?: string; gateway?: string }) => {
      const { api, output, environment } = session();
      const body = file ? await repairedIn(file, id, environment) : {};
      const answer = await api.send(`${path(id)}/replay`, {
        method: 'POST',
        query: { gateway },
        body,
      });
      output.one(answer, () => [`dead letter ${id} replayed`]);
    });
  command
    .command('discard')
    .argument('<id>')
    .option(...gatewayOption)
    .action(async (id: string, { gateway }: { gateway?: string }) => {
      await session().api.send(path(id), { method: 'DELETE', query: { gateway } });
      session().output.note(`dead letter ${id} discarded`);
    });
}

/** An event is sent as its text, since parsing rounds long numbers. The ids of events are UUIDs. */
async function repairedIn(
  file: string,
  id: string,
  environment: Environment,
): Promise<Record<string, unknown>> {
  if (id.includes('-'))
    return { event: file === '-' ? await text(process.stdin) : await readFile(file, 'utf8') };
  const [repaired] = await readDocuments(file, environment);
  return { element: repaired?.content };
}
