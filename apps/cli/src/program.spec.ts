import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { explainError } from './exit-codes.js';
import { createProgram } from './program.js';

type Answer = { status?: number; body: unknown };

/** Runs a command line against a daemon that answers from a table. */
async function command(
  line: string[],
  answers: Record<string, Answer>,
  environment: Record<string, string> = {},
) {
  const printed: string[] = [];
  const requests: string[] = [];
  let code = 0;
  let nowMs = Date.parse('2026-01-01T00:00:00Z');
  const fetchLike: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const key = `${init?.method ?? 'GET'} ${url.pathname}`;
    requests.push(`${key}${url.search}`);
    const { status = 200, body } = answers[key] ?? { status: 404, body: notFound(url.pathname) };
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  };
  const program = createProgram({
    environment: {
      IDAEMON_URL: 'http://127.0.0.1:1',
      IDAEMON_CONFIG: '/nonexistent/contexts.yaml',
      ...environment,
    },
    folder: '/',
    print: (text) => printed.push(text),
    printError: (text) => printed.push(text),
    exitWith: (exitCode) => (code = exitCode),
    fetchLike,
    now: () => new Date(nowMs),
    wait: async (ms) => void (nowMs += ms),
  });
  try {
    await program.parseAsync(['node', 'idaemon', ...line]);
  } catch (error) {
    code = explainError(error, (text) => printed.push(text));
  }
  return { code, text: printed.join('\n'), requests };
}

/** A folder with this one document, for as long as the test runs. */
async function documentFile(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'idaemon-cli-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

function notFound(path: string) {
  return {
    type: 'urn:x',
    title: 'Not found',
    status: 404,
    code: 'not-found',
    detail: `There is no ${path}`,
    instance: path,
    action: 'List what exists.',
  };
}

const counts = { created: 2, updated: 0, removed: 0, unchanged: 5, failed: 0 };
const run = {
  id: '7b1f6a3e-8a63-4c65-9d1c-0a4d3fdb8c11',
  connector: 'landing',
  mode: 'refresh',
  trigger: 'request',
  state: 'ended',
  outcome: 'succeeded',
  requestedAt: null,
  requestedBy: null,
  startedAt: '2026-01-01T00:00:00Z',
  endedAt: '2026-01-01T00:00:02Z',
  counts,
  heldRemovals: 0,
  unread: [],
  unreadCount: 0,
  approves: null,
  error: null,
};
const runs = {
  'POST /api/connectors/landing/refresh': { status: 202, body: run },
  [`GET /api/connectors/landing/runs/${run.id}/differences`]: { body: { items: [], total: 0, next: null } },
};

describe('the command line', () => {
  it('waits for a refresh and says what it changed', async () => {
    const { code, text } = await command(['refresh', 'landing'], runs);
    expect(text).toContain('refresh of landing: succeeded in 2s; 2 created, 5 unchanged');
    expect(code).toBe(0);
  });

  it('ends with 7 when a run waits for approval, and says the next step', async () => {
    const waiting = { ...run, outcome: 'waiting-for-approval', heldRemovals: 40 };
    const { code, text } = await command(['refresh', 'landing'], {
      ...runs,
      'POST /api/connectors/landing/refresh': { status: 202, body: waiting },
    });
    expect(code).toBe(7);
    expect(text).toContain('40 removals wait for approval');
    expect(text).toContain(`idaemon approve landing --run ${run.id}`);
  });

  it('lists the first of many differences and leads to the others', async () => {
    const items = Array.from({ length: 11 }, (_, index) => ({
      change: 'removed',
      type: 'CSVFile',
      qualifiedName: `CSVFile::${index}`,
    }));
    const { text } = await command(['approve', 'landing'], {
      'POST /api/connectors/landing/approve': { status: 202, body: { ...run, approves: run.id } },
      [`GET /api/connectors/landing/runs/${run.id}/differences`]: { body: { items, total: 11, next: null } },
    });
    expect(text).toContain('approve of landing: succeeded');
    expect(text).toContain('CSVFile::9');
    expect(text).not.toContain('CSVFile::10');
    expect(text).toContain(`and more: \`idaemon runs landing ${run.id}\``);
  });

  const requested = { ...run, state: 'requested', outcome: null, startedAt: null, endedAt: null };
  const unassigned = {
    state: 'unassigned',
    error: { message: 'No instance is running', action: 'Start one.' },
  };

  /** Answers of a daemon whose run is `early` for so many polls, then ended. */
  function endingAfter(polls: number, early: object) {
    return {
      ...runs,
      'POST /api/connectors/landing/refresh': { status: 202, body: requested },
      'GET /api/connectors/landing/status': { body: unassigned },
      get [`GET /api/connectors/landing/runs/${run.id}`]() {
        return { body: (polls -= 1) < 0 ? run : early };
      },
    };
  }

  it('says at once, and once, why a run does not begin while it waits for it', async () => {
    const { code, text, requests } = await command(['refresh', 'landing'], endingAfter(3, requested));
    expect(text.match(/It has not begun yet: landing is unassigned. No instance is running/g)).toHaveLength(
      1,
    );
    expect(text).toContain('Next: Start one.');
    expect(text).toContain('refresh of landing: succeeded');
    expect([code, requests.length]).toEqual([0, 1 + 4 + 2 + 1]);
  });

  it('ends with 8 and the next step when a run does not begin within a minute', async () => {
    const { code, text } = await command(['refresh', 'landing'], endingAfter(Infinity, requested));
    expect(text).toContain('refresh of landing has not begun after 60s; it is kept and goes on by itself');
    expect(text).toContain('Next: See `idaemon explain landing`');
    expect(code).toBe(8);
  });

  it('waits for a run that has begun for as long as it takes, and says how far it is', async () => {
    const running = { ...requested, state: 'running', counts };
    const { code, text } = await command(['refresh', 'landing'], endingAfter(1000, running));
    expect(text).toContain('refresh of landing: running; 2 created, 5 unchanged');
    expect(text).toContain('refresh of landing: running for 6s; 2 created, 5 unchanged');
    expect(text.split('\n').length).toBeLessThan(150);
    expect(code).toBe(0);
  });

  it('ends with 8 when a run takes longer than --timeout', async () => {
    const running = { ...requested, state: 'running', counts };
    const line = ['refresh', 'landing', '--timeout', '10s'];
    const { code, text } = await command(line, endingAfter(Infinity, running));
    expect(text).toContain('has not ended after 10s');
    expect(code).toBe(8);
  });

  it.each(['10', '0s', 'soon'])('ends with 2 on --timeout %s', async (timeout) => {
    const { code, requests } = await command(['plan', 'landing', '--timeout', timeout], {});
    expect([code, requests]).toEqual([2, []]);
  });

  it('says of a plan which removals would wait for approval', async () => {
    const plan = { ...run, mode: 'plan', heldRemovals: 1 };
    const items = [{ change: 'held-removal', type: 'CSVFile', qualifiedName: 'CSVFile::a' }];
    const { text } = await command(['plan', 'landing'], {
      'POST /api/connectors/landing/plan': { status: 202, body: plan },
      [`GET /api/connectors/landing/runs/${run.id}/differences`]: { body: { items, total: 1, next: null } },
    });
    expect(text).toContain('1 removals would wait for approval');
    expect(text).toContain('  removal (waits for approval) CSVFile CSVFile::a');
  });

  it('ends with 3 and the next step when the connector does not exist', async () => {
    const { code, text } = await command(['status', 'nope'], {});
    expect(code).toBe(3);
    expect(text).toContain('Next: List what exists.');
  });

  it('names the next step as a command, where the daemon names it as a request', async () => {
    const action = 'First let it run with POST /api/connectors/landing/resume.';
    const body = { ...notFound('/x'), code: 'conflict', status: 409, action };
    const { code, text } = await command(['refresh', 'landing'], {
      'POST /api/connectors/landing/refresh': { status: 409, body },
    });
    expect(text).toContain('Next: First let it run with `idaemon resume landing`.');
    expect(code).toBe(5);
  });

  it.each(['many', '0', '-3', '2.5'])('ends with 2 on --limit %s', async (limit) => {
    const { code, requests } = await command(['get', 'connectors', `--limit=${limit}`], {});
    expect([code, requests]).toEqual([2, []]);
  });

  it('takes a service by its short name', async () => {
    const body = { name: 'files-integrator' };
    const answers = { 'GET /api/services/files-integrator': { body } };
    expect((await command(['get', 'services', 'files'], answers)).code).toBe(0);
    expect((await command(['get', 'service', 'files-integrator'], answers)).code).toBe(0);
  });

  it('asks the named gateway for its dead letters', async () => {
    const { requests } = await command(['dead-letter', 'discard', '7', '--gateway', 'second'], {});
    expect(requests).toEqual(['DELETE /api/dead-letters/7?gateway=second']);
  });

  it('ends with 2 on an unknown command', async () => {
    expect((await command(['frobnicate'], {})).code).toBe(2);
  });

  it('prints data as JSON when asked, without notes for people', async () => {
    const { text } = await command(['-o', 'json', 'refresh', 'landing'], runs);
    expect(JSON.parse(text)).toMatchObject({ id: run.id, differences: [] });
  });

  it('refuses two documents of one name before it applies any', async () => {
    const file = await documentFile('two.yaml', 'name: landing\n---\nname: landing\n');
    const { code, text, requests } = await command(['apply', '-f', file], {});
    expect(text).toContain(`${file}#1 and ${file}#2 both describe the connector landing`);
    expect([code, requests]).toEqual([2, []]);
  });

  it('promises no further try after a test that failed, since nothing is saved', async () => {
    const file = await documentFile('one.yaml', 'name: landing\n');
    const error = { code: 'system-unavailable', message: 'PostgreSQL is away', action: 'It is tried again.' };
    const { code, text } = await command(['test', '-f', file], {
      'POST /api/connectors/test': { body: { error } },
    });
    expect(text).toContain('PostgreSQL is away');
    expect(text).toContain('then test again');
    expect(text).not.toContain('It is tried again');
    expect(code).toBe(1);
  });

  it('applies gateways before the connectors that name them, and fills in variables', async () => {
    const file = await documentFile(
      'all.yaml',
      'name: landing\nservice: files-integrator\nconfig: { path: "${LANDING}" }\n---\nkind: gateway\nname: default\n',
    );
    const { code, requests } = await command(
      ['apply', '-f', file],
      {
        'PUT /api/gateways/default': { body: { name: 'default' } },
        'PUT /api/connectors/landing': { body: { name: 'landing', revision: 1 } },
      },
      { LANDING: '/data' },
    );
    expect(code).toBe(0);
    expect(requests.filter((request) => request.startsWith('PUT'))).toEqual([
      'PUT /api/gateways/default',
      'PUT /api/connectors/landing',
    ]);
  });

  it('names the variable that a document needs and nobody set', async () => {
    const file = await documentFile('one.yaml', 'name: landing\nconfig: { path: "${NOT_THERE}" }\n');
    const { code, text } = await command(['apply', '-f', file], {});
    expect(code).toBe(2);
    expect(text).toContain('NOT_THERE');
  });

  it('goes on after a wrong document and lists every wrong field', async () => {
    const file = await documentFile('two.yaml', 'name: bad\n---\nname: good\n');
    const problem = {
      ...notFound(''),
      status: 400,
      code: 'configuration-invalid',
      detail: 'bad is not valid',
      errors: [{ path: 'config.pth', message: 'unknown key' }],
    };
    const { code, text, requests } = await command(['apply', '-f', file], {
      'PUT /api/connectors/bad': { status: 400, body: problem },
      'PUT /api/connectors/good': { body: { name: 'good', revision: 1 } },
    });
    expect(code).toBe(2);
    expect(text).toContain('config.pth: unknown key');
    expect(requests).toContain('PUT /api/connectors/good');
  });
});
