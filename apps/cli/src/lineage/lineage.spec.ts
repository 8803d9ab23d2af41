import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Graph } from '@idaemon/contracts';
import { explainError } from '../exit-codes.js';
import { createProgram } from '../program.js';

interface Asked {
  path: string;
  query: Record<string, string>;
  headers: Headers;
  body: string;
}

/** Runs a command line against a daemon that answers by path, one answer after the other. */
async function command(line: string[], answers: Record<string, { status?: number; body?: unknown }[]> = {}) {
  const printed: string[] = [];
  const asked: Asked[] = [];
  let code = 0;
  const fetchLike: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const body = init?.body ? Buffer.from(init.body as Uint8Array).toString() : '';
    const query = Object.fromEntries(url.searchParams);
    asked.push({
      path: `${init?.method ?? 'GET'} ${url.pathname}`,
      query,
      headers: new Headers(init?.headers),
      body,
    });
    const { status = 200, body: answer = {} } = answers[
      `${init?.method ?? 'GET'} ${url.pathname}`
    ]?.shift() ?? {
      status: 404,
    };
    return new Response(status === 204 ? null : JSON.stringify(answer), {
      status,
      headers: { 'content-type': 'application/json' },
    });
  };
  const program = createProgram({
    environment: {
      IDAEMON_URL: 'http://daemon',
      IDAEMON_CONFIG: '/nonexistent',
      IDAEMON_LINEAGE_KEY: 'lineage_1',
    },
    folder: '/',
    print: (text) => printed.push(text),
    printError: (text) => printed.push(text),
    exitWith: (exitCode) => (code = exitCode),
    fetchLike,
  });
  try {
    await program.parseAsync(['node', 'idaemon', 'lineage', ...line]);
  } catch (error) {
    code = explainError(error, (text) => printed.push(text));
  }
  return { code, text: printed.join('\n'), asked };
}

async function file(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'idaemon-cli-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const run = (runId: string) =>
  JSON.stringify({ eventTime: '2026-01-01T00:00:00Z', run: { runId }, job: { namespace: 'a', name: 'b' } });
const batch = 'POST /api/v1/lineage/batch';

describe('send', () => {
  it('sends each line of a file through the daemon, with the key of the sender', async () => {
    const path = await file('events.jsonl', `${run('1')}\n\n${run('2')}\n`);
    const { code, text, asked } = await command(['send', path], { [batch]: [{}] });
    expect([code, text]).toEqual([0, '2 events taken, 0 refused']);
    expect(asked[0]?.headers.get('authorization')).toBe('Bearer lineage_1');
    expect(asked[0]?.body).toBe(`[${run('1')},${run('2')}]`);
  });

  it('names the file and line of an event that is refused', async () => {
    const path = await file('events.json', `[ ${run('1')},\n ${run('2')} ]`);
    const answer = { failed_events: [{ index: 1, reason: 'No run id.', retriable: false }] };
    const { code, text } = await command(['send', path], { [batch]: [{ body: answer }] });
    expect(code).toBe(1);
    expect(text).toBe(`${path}[1]: No run id.\n1 events taken, 1 refused`);
  });

  it('says what to do without a valid key', async () => {
    const path = await file('event.json', run('1'));
    const { code, text } = await command(['send', path], {
      [batch]: [{ status: 401, body: { detail: 'Unknown.' } }],
    });
    expect(code).toBe(4);
    expect(text).toContain('idaemon lineage senders create');
  });

  it('says that a file is not there', async () => {
    const { code, text } = await command(['send', '/nowhere.json']);
    expect(code).toBe(2);
    expect(text).toContain('/nowhere.json cannot be read');
  });
});

describe('validate', () => {
  it('tells what is wrong and where, and asks nobody', async () => {
    const path = await file('events.jsonl', `${run('1')}\n{"eventTime":"2026-01-01T00:00:00Z"}\n`);
    const lenient = await command(['validate', '--lenient', path]);
    expect(lenient.code).toBe(2);
    expect(lenient.text).toContain(`${path}:2: error at the event`);
    expect(lenient.text).toContain('2 events checked, 1 invalid');
    expect(lenient.asked).toEqual([]);
    expect((await command(['validate', path])).text).toContain(`${path}:1: error at /producer`);
  });
});

it('tail prints the last events, one in each line', async () => {
  const events = [
    {
      eventTime: '2026-01-01T00:00:00Z',
      eventType: 'START',
      run: { runId: 'r' },
      job: { namespace: 'a', name: 'b' },
    },
    { eventTime: '2026-01-01T00:00:01Z', dataset: { namespace: 's3://lake', name: 'raw' } },
  ];
  const { text, asked } = await command(['tail', '--once', '--limit', '2', '--namespace', 'a'], {
    'GET /api/v1/events/lineage': [{ body: { events, next: 'x' } }],
  });
  expect(text).toBe('2026-01-01T00:00:00Z  START     a:b  r\n2026-01-01T00:00:01Z  DATASET   s3://lake:raw');
  expect(asked[0]?.query).toEqual({ last: '2', namespace: 'a' });
});

it('replay hands events to a connector again', async () => {
  const path = 'POST /api/lineage/subscriptions/to-marquez/replay';
  const { text, asked } = await command(['replay', 'to-marquez', '--run', 'r-1'], {
    [path]: [{ body: { positions: 7 } }],
  });
  expect(text).toBe('to-marquez reads 7 positions of the log again');
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ runId: 'r-1' });
});

describe('graph', () => {
  const element = (guid: string, type: string) => ({
    guid,
    type,
    qualifiedName: guid,
    displayName: guid,
    source: null,
  });
  const relation = (type: string, from: string, to: string, formula?: string) => ({
    guid: `${from}-${to}`,
    type,
    end1: { guid: from, type: 'x', qualifiedName: from },
    end2: { guid: to, type: 'x', qualifiedName: to },
    properties: (formula ? { formula } : {}) as Record<string, string>,
  });
  const graph: Graph = {
    elements: [
      element('load', 'DeployedSoftwareComponent'),
      element('raw', 'RelationalTable'),
      element('clean', 'RelationalTable'),
      element('report "x"', 'DataSet'),
    ],
    relationships: [
      relation('ProcessInput', 'load', 'raw'),
      relation('DataFlow', 'load', 'clean', 'a + b'),
      relation('DataFlow', 'clean', 'report "x"'),
      relation('DataFlow', 'load', 'report "x"'),
    ],
    truncated: false,
  };
  const draw = (...line: string[]) =>
    command(['graph', 'job:dbt:load', ...line], { 'GET /api/metadata/lineage': [{ body: graph }] });

  it('is a tree of what comes in and what goes out, each once', async () => {
    const { text, asked } = await draw('--level', 'table', '--depth', '3');
    expect(text.split('\n')).toEqual([
      'load (DeployedSoftwareComponent)',
      ' upstream',
      ' └─ raw (RelationalTable)',
      ' downstream',
      ' ├─ clean (RelationalTable)  = a + b',
      ' │  └─ report "x" (DataSet)',
      ' └─ report "x" (DataSet)  (see above)',
    ]);
    expect(asked[0]?.query).toMatchObject({
      node: 'job:dbt:load',
      level: 'table',
      depth: '3',
      direction: 'both',
    });
  });

  it('is a diagram for pages', async () => {
    expect((await draw('-o', 'mermaid')).text.split('\n')).toEqual([
      'flowchart LR',
      '  n1(["load"])',
      '  n2["raw"]',
      '  n3["clean"]',
      '  n4["report #quot;x#quot;"]',
      '  n2 --> n1',
      '  n1 -->|"a + b"| n3',
      '  n3 --> n4',
      '  n1 --> n4',
    ]);
    const { text } = await draw('-o', 'dot');
    expect(text).toContain('n4 [label="report \\"x\\"" tooltip="report \\"x\\"" shape=box];');
    expect(text).toContain('n1 -> n3 [label="a + b"];');
    expect(JSON.parse((await draw('-o', 'json')).text)).toEqual(graph);
  });

  it('alone can be a diagram', async () => {
    const { code, text } = await command(['senders', 'list', '-o', 'dot']);
    expect([code, text]).toEqual([
      2,
      'Error: `list` cannot print as dot\nNext: Take one of table, json, yaml.',
    ]);
  });
});

describe('senders', () => {
  const sender = {
    id: 'id-1',
    name: 'spark',
    namespaces: ['prod'],
    createdAt: '2026-01-01T00:00:00Z',
    revokedAt: null,
  };
  const path = '/api/lineage/senders';

  it('are made with a key that is shown once', async () => {
    const { text, asked } = await command(['senders', 'create', 'spark', '--namespace', 'prod', 'dev-*'], {
      [`POST ${path}`]: [{ status: 201, body: { ...sender, key: 'lineage_2' } }],
    });
    expect(text).toBe('lineage_2\nKeep it now: it is not shown again.');
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ name: 'spark', namespaces: ['prod', 'dev-*'] });
  });

  it('are listed and revoked by name', async () => {
    const list = { items: [sender], total: 1, next: null };
    expect((await command(['senders', 'list'], { [`GET ${path}`]: [{ body: list }] })).text).toContain(
      'spark',
    );
    const { text, asked } = await command(['senders', 'revoke', 'spark'], {
      [`GET ${path}`]: [{ body: list }],
      [`DELETE ${path}/id-1`]: [{ status: 204 }],
    });
    expect(text).toBe('the key of spark is revoked');
    expect(asked.at(-1)?.path).toBe(`DELETE ${path}/id-1`);
  });
});
