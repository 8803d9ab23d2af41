import { readFileSync } from 'node:fs';
import request from 'supertest';
import { administratorToken, type DaemonApp } from './daemon-app.js';

export type Bean = Record<string, unknown>;

/** Shapes of what an Egeria 4.3 has answered: types in place of values, but for words that clients compare. */
const recorded = JSON.parse(
  readFileSync(new URL('../egeria/__fixtures__/recorded-shapes.json', import.meta.url), 'utf8'),
) as Record<string, Bean>;

export function shapeOf(name: string): Bean {
  const shape = recorded[name];
  if (!shape) throw new Error(`Nothing was recorded as ${name}`);
  return shape;
}

export const runtimeBase = '/servers/idaemon/open-metadata/integration-daemon/users/garygeeke';
export const adminBase = '/open-metadata/admin-services/users/garygeeke/servers/idaemon';
export const platformBase = '/open-metadata/platform-services/users/garygeeke/server-platform';

/** Sends requests as Egeria's tools do; expects the HTTP status 200, as they do. */
export function egeriaClient({ server }: Pick<DaemonApp, 'server'>, token = administratorToken) {
  return async (verb: 'get' | 'post' | 'delete', path: string, body?: object | string): Promise<Bean> => {
    const call = request(server)[verb](path).set('authorization', `Bearer ${token}`);
    const answer = await (body === undefined ? call : call.type('json').send(body));
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
    return answer.body as Bean;
  };
}

/** Paths of members: `a`, `a.b`, `a[].c`. Maps whose names people choose are one member. */
export function membersOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => membersOf(one, `${path}[]`)))];
  if (value === null || typeof value !== 'object') return [path];
  return Object.entries(value).flatMap(([name, inner]) => {
    const place = path ? `${path}.${name}` : name;
    return maps.includes(name) ? [place] : membersOf(inner, place);
  });
}

const maps = [
  'configurationProperties',
  'securedProperties',
  'properties',
  'statistics',
  'exceptionProperties',
];
