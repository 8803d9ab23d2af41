import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDaemon, type DaemonApp } from '../testing/daemon-app.js';
import { databaseDefinition, folderDefinition, registerInstance } from '../testing/registered-service.js';
import { restClient } from '../testing/rest-client.js';

let daemon: DaemonApp;
let send: ReturnType<typeof restClient>;
const landing = {
  name: 'landing',
  service: 'files-integrator',
  connector: 'folder',
  config: { path: '/data' },
};
const path = '/api/connectors/landing';

beforeAll(async () => {
  daemon = await startDaemon();
  send = restClient(daemon);
  await registerInstance(daemon.database, 'files-integrator', [folderDefinition]);
  await registerInstance(daemon.database, 'database-integrator', [databaseDefinition]);
});
afterAll(() => daemon.close());
async function fieldErrors(document: unknown): Promise<Record<string, string>> {
  const { status, body } = await send('post', '/api/connectors', { body: document });
  expect(status).toBe(400);
  expect(body.code).toBe('configuration-invalid');
  const errors = body.errors as { path: string; message: string }[];
  return Object.fromEntries(errors.map((error) => [error.path, error.message]));
}

describe('a wrong document', () => {
  test('names every wrong field at once, with what is accepted', async () => {
    const errors = await fieldErrors({
      name: 'Not A Name',
      service: 'file-integrator',
      connector: 'folder',
      config: [],
      schedul: { every: '1m' },
      removal: { maxPercent: 'all' },
    });
    expect(errors).toMatchObject({
      name: expect.stringContaining('must be 1 to 63 of a-z') as string,
      service: expect.stringContaining('must be one of analytics-integrator') as string,
      config: 'must be an object, not a list',
      'removal.maxPercent': 'must be a number, not a string',
      schedul: expect.stringContaining('is not known; did you mean schedule?') as string,
    });
  });

  test('with an unknown key or a wrong type in config is told by the schema of its definition', async () => {
    const errors = await fieldErrors({
      ...landing,
      config: { path: '', includes: ['*'], depth: 'deep', mode: 'slow' },
    });
    expect(errors).toEqual({
      'config.path': 'must not be empty (The folder to read.)',
      'config.includes': 'is not known; did you mean include? (accepted: depth, include, mode, path)',
      'config.depth': 'must be a whole number, not a string',
      'config.mode': 'must be one of fast, thorough',
    });
  });

  test('tells mistakes in config, secrets and names along with those of the document', async () => {
    const errors = await fieldErrors({
      ...landing,
      config: { pat: '/data' },
      secrets: { pasword: 'plain' },
      gateway: 'defualt',
      schedule: { every: '10 parsecs' },
      discription: 'for people',
    });
    expect(errors).toMatchObject({
      discription: expect.stringContaining('did you mean description?') as string,
      'secrets.pasword': expect.stringContaining('a reference to a secret') as string,
      'schedule.every': 'must be a duration such as 30s, 10m, 2h or 1d',
      gateway: expect.stringContaining('did you mean default?') as string,
      'config.path': expect.stringContaining('is required') as string,
      'config.pat': expect.stringContaining('did you mean path?') as string,
    });
    expect(Object.keys(errors)).toHaveLength(6);
  });

  test('with a shortened or mistyped service is told which was meant, and what else is wrong', async () => {
    for (const service of ['files', 'file-integrator']) {
      expect(await fieldErrors({ ...landing, service, config: {} })).toMatchObject({
        service: expect.stringContaining('did you mean files-integrator?') as string,
        'config.path': expect.stringContaining('is required') as string,
      });
    }
  });

  test('of a definition that the service does not host names those that it hosts', async () => {
    expect(await fieldErrors({ ...landing, connector: 'foldr' })).toEqual({
      connector: 'names foldr, which files-integrator does not host; did you mean folder? (it hosts: folder)',
    });
  });

  test('of an undeclared gateway names the declared ones', async () => {
    expect((await fieldErrors({ ...landing, gateway: 'defualt' })).gateway).toContain(
      'names the gateway defualt, which is not declared; did you mean default? (declared: default;',
    );
  });

  test('without a required secret, or with an unknown one, says which', async () => {
    const shop = { name: 'shop', service: 'database-integrator', connector: 'postgresql' };
    const config = { url: 'postgresql://reader@db:5432/shop' };
    expect(await fieldErrors({ ...shop, config, secrets: { pasword: { env: 'X' } } })).toEqual({
      'secrets.password':
        'is required (The password of the user in the URL.): a reference such as { env: NAME_OF_A_VARIABLE }',
      'secrets.pasword': 'is not known; did you mean password? (accepted: password)',
    });
  });

  test('that holds a secret is refused without repeating it, and nothing of it is kept', async () => {
    const shop = { name: 'shop', service: 'database-integrator', connector: 'postgresql' };
    const hush = 'hunter2-very-secret';
    const documents = [
      {
        ...shop,
        config: { url: `postgresql://reader:${hush}@db:5432/shop` },
        secrets: { password: { env: 'X' } },
      },
      {
        ...shop,
        config: { url: `postgresql://db/shop?password=${hush}` },
        secrets: { password: { env: 'X' } },
      },
      { ...shop, config: { url: 'postgresql://db/shop', password: hush } },
      { ...shop, config: { url: 'postgresql://db/shop' }, secrets: { password: hush } },
      { ...shop, service: 'topic-integrator', connector: 'kafka', config: { apiKey: hush } },
    ];
    for (const document of documents) {
      const { status, body } = await send('put', '/api/connectors/shop', { body: document });
      expect(status).toBe(400);
      expect(JSON.stringify(body)).not.toContain(hush);
      expect(JSON.stringify(body)).toMatch(/secrets|reference/);
    }
    expect(daemon.logged.join('')).not.toContain(hush);
    expect((await send('get', '/api/audit')).body.total).toBe(0);
  });

  test('with a schedule that never comes or a time zone that is none says so', async () => {
    const errors = await fieldErrors({
      ...landing,
      schedule: { cron: '0 0 31 2 *', timeZone: 'Mars/Olympus' },
    });
    expect(Object.keys(errors)).toEqual(['schedule.timeZone', 'schedule.cron']);
    expect(await fieldErrors({ ...landing, schedule: { every: '1m', cron: '* * * * *' } })).toHaveProperty(
      'schedule.cron',
    );
  });

  test('whose name is not the one of the path is refused', async () => {
    const { status, body } = await send('put', path, { body: { ...landing, name: 'other' } });
    expect([status, body.errors]).toEqual([
      400,
      [{ path: 'name', message: 'must be landing, as in the path: a name cannot be changed' }],
    ]);
  });
});
