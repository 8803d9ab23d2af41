import { createMetrics } from '@idaemon/metrics';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { answerNotFound, HttpServer } from './http-server.js';
import { Readiness } from './readiness.js';
import { Redaction } from './redaction.js';

let readiness: Readiness;
let server: HttpServer;
let url: string;

beforeEach(async () => {
  readiness = new Readiness();
  const redaction = new Redaction();
  server = new HttpServer({ app: 'daemon', readiness, metrics: createMetrics('daemon'), redaction });
  url = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
});
afterEach(() => server.close());

it('is alive from the first moment, and says what it waits for', async () => {
  readiness.set('postgres', () => 'Postgres at u:p@db:5432 is unavailable: postgresql://u:pw@db:5432');
  readiness.set('nats', () => undefined);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({
    app: 'daemon',
    status: 'not-ready',
    checks: {
      postgres: {
        isReady: false,
        reason: 'Postgres at u:p@db:5432 is unavailable: postgresql://u:***@db:5432',
      },
      nats: { isReady: true },
    },
  });
});

it('is ready when every check is', async () => {
  readiness.set('postgres', () => Promise.resolve(undefined));
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ready' });
});

it('is not ready while a check throws', async () => {
  readiness.set('postgres', () => Promise.reject(new Error('no connection')));
  const report = await readiness.report();
  expect(report.checks.postgres).toEqual({ isReady: false, reason: 'no connection' });
});

it('shows the metrics of the process', async () => {
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('process_cpu_seconds_total');
});

it('answers a problem for the rest until the app has started', async () => {
  const answer = await fetch(`${url}/api/connectors`);
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await answer.json()).toMatchObject({ code: 'system-unavailable', instance: '/api/connectors' });
});

it('hands over to the app, but keeps the probes', async () => {
  server.handOver(answerNotFound);
  const answer = await fetch(`${url}/api`);
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect((await fetch(`${url}/livez?x=1`)).status).toBe(200);
  expect((await fetch(`${url}/livez`, { method: 'POST' })).status).toBe(404);
});
