import type { Command } from 'commander';
import type { DeadLetter } from '@idaemon/contracts';
import { readDocuments } from '../documents.js';
import type { SessionOf } from '../session.js';

const gatewayOption = ['--gateway <name>', 'the gateway that keeps it; default: the default one'] as const;
const path = (id: string) => `/api/dead-letters/${encodeURIComponent(id)}`;

/** What single elements were refused for, and what to do with them. Listed by `get dead-letters`. */
export function addDeadLetterCommands(program: Command, session: SessionOf): void {
  const command = program
    .command('dead-letter')
    .description('show, replay or discard an element that was refused');
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
        JSON.stringify(letter.element, null, 2),
      ]);
    });
  command
    .command('replay')
    .argument('<id>')
    .option('-f, --file <path>', 'the repaired element')
    .option(...gatewayOption)
    .description('write the element again, as it was or repaired')
    .action(async (id: string, { file, gateway }: { file?: string; gateway?: string }) => {
      const { api, output, environment } = session();
      const [repaired] = file ? await readDocuments(file, environment) : [];
      const answer = await api.send(`${path(id)}/replay`, {
        method: 'POST',
        query: { gateway },
        body: repaired ? { element: repaired.content } : {},
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
