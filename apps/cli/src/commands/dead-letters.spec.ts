import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createProgram } from '../program.js';

const id = '0b9d3a55-3f0c-4d5b-9d69-0c6f0d8f1a01';
const event = '{"run":{"facets":{"snapshot":4657867867867867867}}}';

async function command(line: string[], answer: unknown): Promise<{ text: string; sent: string[] }> {
  const printed: string[] = [];
  const sent: string[] = [];
  const program = createProgram({
    environment: { IDAEMON_URL: 'http://127.0.0.1:1', IDAEMON_CONFIG: '/nonexistent/contexts.yaml' },
    folder: '/',
    print: (text) => printed.push(text),
    printError: (text) => printed.push(text),
    exitWith: () => undefined,
    fetchLike: async (_input, init) => {
      if (typeof init?.body === 'string') sent.push(init.body);
      return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
    },
    now: () => new Date(0),
    wait: () => Promise.resolve(),
  });
  await program.parseAsync(['node', 'idaemon', ...line]);
  return { text: printed.join('\n'), sent };
}

it('shows the exact text of an event that was refused', async () => {
  const letter = {
    ...{ id, kind: 'event', connector: 'marquez', qualifiedName: 'run:1', at: '2026-01-01T00:00:00.000Z' },
    error: { code: 'metadata-invalid', message: 'No such job', action: 'Repair it.' },
    event: { stage: 'dispatch', sender: 'airflow', attempts: 6, bytes: event.length, body: event },
  };
  const { text } = await command(['dead-letter', 'show', id], letter);
  expect(text).toContain('run:1 of marquez');
  expect(text).toContain(event);
});

it('sends a repaired event as the text that it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'idaemon-cli-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'repaired.json');
  await writeFile(file, event);
  const { sent } = await command(['dead-letter', 'replay', id, '-f', file], { result: { result: 'queued' } });
  expect(sent).toEqual([JSON.stringify({ event })]);
});
