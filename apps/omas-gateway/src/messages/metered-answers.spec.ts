import { describe, expect, it } from 'vitest';
import { NotFoundError, SystemUnavailableError } from '@idaemon/contracts';
import { createMetrics } from '@idaemon/metrics';
import { meteredAnswers } from './metered-answers.js';
import { WorkPool } from './work-pool.js';

const metrics = () => createMetrics('omas-gateway');

describe('metered answers', () => {
  it('count time and outcome by operation', async () => {
    const counted = metrics();
    const answers = meteredAnswers(
      {
        element: (request: { guid: string }) => Promise.resolve(request.guid),
        history: () => Promise.reject(new NotFoundError('no such element')),
        resolve: () => Promise.reject(new TypeError('a bug')),
      },
      counted,
    );
    expect(await answers.element({ guid: 'x' })).toBe('x');
    await expect(answers.history()).rejects.toThrow('no such element');
    await expect(answers.resolve()).rejects.toThrow('a bug');
    const text = await counted.render();
    const count = (operation: string, outcome: string) =>
      `idaemon_gateway_request_duration_seconds_count{app="omas-gateway",operation="${operation}",outcome="${outcome}"} 1`;
    expect(text).toContain(count('element', 'ok'));
    expect(text).toContain(count('history', 'not-found'));
    expect(text).toContain(count('resolve', 'internal-error'));
  });

  it('tell a query that Postgres cancelled for its length from an outage, with what to do', async () => {
    const cancelled = Object.assign(new Error('canceling statement'), { code: '57014' });
    const answers = meteredAnswers(
      {
        search: () => Promise.reject(cancelled),
        lineage: () => Promise.reject(new SystemUnavailableError('Postgres', { cause: cancelled })),
        element: () => Promise.reject(new SystemUnavailableError('Postgres')),
      },
      metrics(),
    );
    await expect(answers.search()).rejects.toMatchObject({
      code: 'request-invalid',
      action: expect.stringContaining('Narrow it') as string,
    });
    await expect(answers.lineage()).rejects.toMatchObject({ code: 'request-invalid' });
    await expect(answers.element()).rejects.toMatchObject({ code: 'system-unavailable' });
  });

  it('tell a text that Postgres cannot hold from a bug', async () => {
    const nul = Object.assign(new Error('invalid byte sequence'), { code: '22021' });
    const answers = meteredAnswers({ search: () => Promise.reject(nul) }, metrics());
    await expect(answers.search()).rejects.toMatchObject({ code: 'request-invalid' });
  });

  it('refuse as busy what the pool does not take', async () => {
    const pool = new WorkPool({ name: 'metadata', concurrency: 1, maxWaiting: 0, maxWaitMs: 100 });
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => (finish = resolve));
    const answers = meteredAnswers({ search: () => slow }, metrics(), pool);
    const first = answers.search();
    await expect(answers.search()).rejects.toMatchObject({ code: 'busy' });
    finish();
    await first;
  });
});
