import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { App } from './apps.mjs';
import { freePortNear } from './ports.mjs';
import { isAlive, signalProcess } from './process-identity.mjs';
import { System } from './system.mjs';

const main = fileURLToPath(new URL('./__fixtures__/stand-in-app.mjs', import.meta.url));
let home: string;
let said: string[];
let systems: System[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'system-'));
  said = [];
  systems = [];
});
afterEach(async () => {
  for (const system of systems) await system.stop({ isForced: true });
  await rm(home, { recursive: true });
});

function newSystem(isSupervised = true) {
  const say = (text: string) => said.push(text);
  const system = new System({ home, natsUrl: 'nats://n', postgresUrl: 'postgresql://p', isSupervised, say });
  systems.push(system);
  return system;
}

let nextPort = 18_700;
async function app(name: string, behaviour?: string): Promise<App> {
  const port = await freePortNear(nextPort++);
  return { name, app: name, port, main, environment: { STAND_IN: behaviour, STAND_IN_NAME: name } };
}

const told = async () => (await readFile(join(home, 'told'), 'utf8')).trim().split('\n');

describe('a system', () => {
  test('stops integrators before the gateway and the daemon that they give their work back to', async () => {
    const system = newSystem();
    for (const name of ['daemon', 'files-integrator']) {
      await system.start(await app(name));
      await system.untilReady(name);
    }
    await system.stop();
    expect((await told()).slice(2)).toEqual(['files-integrator stops', 'daemon stops']);
  });

  test('gives the way to the database only to apps that own tables', async () => {
    const system = newSystem();
    for (const name of ['daemon', 'files-integrator']) {
      await system.start(await app(name));
      await system.untilReady(name);
    }
    expect(await told()).toEqual(['daemon starts with a database', 'files-integrator starts']);
  });

  test('starts a killed app again on the same port, and says so', async () => {
    const system = newSystem();
    const first = await system.start(await app('daemon'));
    await system.untilReady('daemon');
    await signalProcess(first.identity, 'SIGKILL');
    await first.exited;
    await expect
      .poll(() => system.process('daemon').identity.pid, { timeout: 10_000 })
      .not.toBe(first.identity.pid);
    await system.untilReady('daemon');
    expect(said[0]).toMatch(/^daemon ended by SIGKILL; next try in 0.5 s/);
  });

  test('tells in its own words why an app will not start', async () => {
    const system = newSystem(false);
    await system.start(await app('daemon', 'refuses'));
    await expect(system.untilReady('daemon')).rejects.toThrow(/exit code 78\nIDAEMON_EXAMPLE must be set/);
  });

  test('ends an app that ignores the request to end', async () => {
    const system = newSystem(false);
    const { identity } = await system.start(await app('daemon', 'ignores'));
    await system.untilReady('daemon');
    await system.process('daemon').stop({ graceMs: 100 });
    expect(await isAlive(identity)).toBe(false);
  });

  test('finds and stops what a killed launcher left, and nobody else', async () => {
    const left = newSystem(false);
    const { identity } = await left.start(await app('daemon'));
    await left.untilReady('daemon');
    expect(await System.stopLeftovers(home)).toEqual(['daemon']);
    expect(await isAlive(identity)).toBe(false);
    expect(await System.stopLeftovers(home)).toEqual([]);
  });
});
