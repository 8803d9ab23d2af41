import type { Command } from 'commander';
import { CliError, exitCodes } from '../exit-codes.js';
import { relativeTime } from '../output.js';
import type { Session, SessionOf } from '../session.js';

interface Sender {
  id: string;
  name: string;
  namespaces: string[];
  createdAt: string;
  revokedAt: string | null;
}

const path = '/api/lineage/senders';

/** Who may send events. */
export function addSenderCommands(lineage: Command, session: SessionOf): void {
  const command = lineage
    .command('senders')
    .description('list, create or revoke the keys of those who send events');
  command.command('list').action(async () => {
    const { api, output, now } = session();
    output.list(
      await api.all<Sender>(path),
      [
        ['name', ({ name }) => name],
        ['namespaces', ({ namespaces }) => namespaces.join(', ') || 'all'],
        ['created', ({ createdAt }) => relativeTime(createdAt, now())],
        ['state', ({ revokedAt }) => (revokedAt ? 'revoked' : 'valid')],
        ['id', ({ id }) => id],
      ],
      'No keys yet: make one with `idaemon lineage senders create`.',
    );
  });
  command
    .command('create')
    .argument('<name>')
    .option('--namespace <pattern...>', 'only of jobs in these namespaces; * stands for any characters')
    .description('make a key; it is shown once')
    .action(async (name: string, { namespace = [] }: { namespace?: string[] }) => {
      const { api, output } = session();
      const body = { name, namespaces: namespace };
      const made = await api.send<Sender & { key: string }>(path, { method: 'POST', body });
      output.one(made, () => [made.key, 'Keep it now: it is not shown again.']);
    });
  command
    .command('revoke')
    .argument('<name>', 'or its id')
    .action(async (name: string) => {
      const { id } = await senderNamed(session(), name);
      await session().api.send(`${path}/${id}`, { method: 'DELETE' });
      session().output.note(`the key of ${name} is revoked`);
    });
}

async function senderNamed({ api }: Session, name: string): Promise<Sender> {
  const all = await api.all<Sender>(path);
  const found =
    all.find((sender) => sender.id === name) ??
    all.find((sender) => sender.name === name && !sender.revokedAt);
  if (found) return found;
  throw new CliError(
    `There is no valid key of ${name}`,
    exitCodes.notFound,
    'List them with `idaemon lineage senders list`.',
  );
}
