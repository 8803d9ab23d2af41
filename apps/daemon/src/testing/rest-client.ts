import { Problem } from '@idaemon/contracts';
import request from 'supertest';
import { z } from 'zod';
import { operations } from '../rest/controllers.js';
import { administratorToken, type DaemonApp } from './daemon-app.js';

export type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface Sent {
  token?: string | null;
  body?: unknown;
  query?: Record<string, unknown>;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  // What a spec looks at differs from operation to operation; the schema of the operation has checked it.
  body: Record<string, unknown>;
  headers: Record<string, string>;
}

/** Sends requests as the administrator, and holds every answer to what its operation has declared. */
export function restClient(daemon: Pick<DaemonApp, 'server'>) {
  return async (verb: Verb, path: string, sent: Sent = {}): Promise<Answer> => {
    const { token = administratorToken, body, query, headers } = sent;
    let call = request(daemon.server)[verb](path);
    if (token !== null) call = call.set('authorization', `Bearer ${token}`);
    if (query) call = call.query(query);
    for (const [name, value] of Object.entries(headers ?? {})) call = call.set(name, value);
    const response = await (body === undefined ? call : call.send(body as object));
    const answer = {
      status: response.status,
      body: response.body as Answer['body'],
      headers: response.headers as Answer['headers'],
    };
    checkAnswer(verb, path, answer);
    return answer;
  };
}

function checkAnswer(verb: Verb, path: string, { status, body, headers }: Answer): void {
  if (status >= 400) {
    if (!headers['content-type']?.startsWith('application/problem+json'))
      throw new Error(`${path}: no problem`);
    z.strictObject(Problem.shape).parse(body);
    return;
  }
  const operation = operations.find(
    (one) => one.method === verb.toUpperCase() && matches(one.path, path) && !isShadowed(one.path, path),
  );
  if (!operation) throw new Error(`${verb} ${path} is no declared operation`);
  const statuses = [operation.status, ...Object.keys(operation.alsoAnswers).map(Number)];
  if (!statuses.includes(status)) throw new Error(`${operation.id} does not declare the status ${status}`);
  if (operation.answer instanceof z.ZodVoid || status === 204) return;
  operation.answer.parse(body);
}

function matches(pattern: string, path: string): boolean {
  return new RegExp(`^${pattern.replace(/\{\w+\}/g, '[^/]+')}$`).test(path.split('?')[0] ?? path);
}

/** A path without parameters goes first. */
function isShadowed(pattern: string, path: string): boolean {
  return pattern !== path && operations.some((one) => one.path === path);
}
