import type { Command } from 'commander';
import type { Graph } from '@idaemon/contracts';
import { drawDot, drawMermaid } from '../lineage/draw-diagram.js';
import { drawTree } from '../lineage/draw-tree.js';
import { flowGraphOf } from '../lineage/flow-graph.js';
import { sendFiles, type SendOptions } from '../lineage/send-files.js';
import { tail, type TailOptions } from '../lineage/tail.js';
import { validateFiles } from '../lineage/validate-files.js';
import { limitOption } from '../limit-option.js';
import type { SessionOf } from '../session.js';
import { addSenderCommands } from './lineage-senders.js';

const filesArgument = [
  '<files...>',
  'one event, an array of them, or one in each line; - reads the input',
] as const;

/** OpenLineage events, and the graph that comes of them. */
export function addLineageCommands(program: Command, session: SessionOf): void {
  const command = program
    .command('lineage')
    .description('send, check and follow OpenLineage events; draw lineage');
  command
    .command('send')
    .argument(...filesArgument)
    .option('--key <key>', 'of the sender; default: IDAEMON_LINEAGE_KEY')
    .option('--url <url>', 'of a receiver; default: the daemon, which passes events on')
    .description('send events, and tell which ones were refused')
    .action((files: string[], options: SendOptions) => sendFiles(session(), files, options));
  command
    .command('validate')
    .argument(...filesArgument)
    .option('--lenient', 'as receivers take events by default; else by the published schemas')
    .description('check events here, without sending them')
    .action((files: string[], { lenient }: { lenient?: boolean }) =>
      validateFiles(session(), files, lenient ? 'lenient' : 'strict'),
    );
  command
    .command('tail')
    .option('--namespace <namespace>', 'only of this namespace of jobs or datasets')
    .option('--once', 'print what there is, then end')
    .addOption(limitOption('how many earlier events to begin with', 10))
    .description('print events as they are received, one in each line')
    .action((options: TailOptions) => tail(session(), options));
  addReplay(command, session);
  addGraph(command, session);
  addSenderCommands(command, session);
}

interface ReplayOptions {
  from?: string;
  run?: string;
  namespace?: string;
}

function addReplay(command: Command, session: SessionOf): void {
  command
    .command('replay')
    .argument('<connector>', 'that listens to events, e.g. one that forwards them')
    .option('--from <time>', 'events received since then, e.g. 2026-01-31T00:00:00Z')
    .option('--run <id>', 'events of this run')
    .option('--namespace <pattern>', 'of the job or any dataset; * stands for any characters')
    .description('hand kept events to a connector once more; all of them by default')
    .action(async (connector: string, { from, run, namespace }: ReplayOptions) => {
      const { api, output } = session();
      const path = `/api/lineage/subscriptions/${encodeURIComponent(connector)}/replay`;
      const body = { from, runId: run, namespace };
      const answer = await api.send<{ positions: number }>(path, { method: 'POST', body });
      output.one(answer, () => [`${connector} reads ${answer.positions} positions of the log again`]);
    });
}

interface GraphOptions {
  direction: 'upstream' | 'downstream' | 'both';
  depth: string;
  level?: string;
  runs?: boolean;
  limit: number;
  gateway?: string;
}

function addGraph(command: Command, session: SessionOf): void {
  command
    .command('graph')
    .argument('<node>', 'dataset:<namespace>:<name>, job:<namespace>:<name>, a GUID or a qualified name')
    .option('--direction <way>', 'upstream, downstream or both', 'both')
    .option('--depth <n>', 'how many steps, up to 50', '5')
    .option('--level <level>', 'table or column')
    .option('--runs', 'also the runs of the processes')
    .option('--gateway <name>', 'whose open metadata is asked')
    .addOption(limitOption('at most so many elements', 1_000))
    .description('draw where data comes from and where it goes; -o mermaid or dot for pages')
    .action(async (node: string, { runs, ...options }: GraphOptions) => {
      const { api, output, format, print } = session();
      const query = { node, ...options, ...(runs ? { runs: 'true' } : {}) };
      const graph = await api.send<Graph>('/api/metadata/lineage', { query });
      const flows = flowGraphOf(graph);
      if (format === 'mermaid') return print(drawMermaid(flows));
      if (format === 'dot') return print(drawDot(flows));
      const { direction } = options;
      output.one(graph, () =>
        drawTree(flows, direction === 'both' ? ['upstream', 'downstream'] : [direction]),
      );
    });
}
