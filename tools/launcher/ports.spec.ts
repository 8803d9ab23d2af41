import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { freePortNear, isPortFree } from './ports.mjs';

const taken = (...ports: number[]) => ({ isFree: async (port: number) => !ports.includes(port) });

test('takes the usual port when it is free', async () => {
  expect(await freePortNear(7400, taken(7401))).toBe(7400);
});

test('keeps the last digits when the usual port is taken', async () => {
  expect(await freePortNear(7400, taken(7400, 7500))).toBe(7600);
});

test('leaves alone what was given out but is not listened on yet', async () => {
  expect(await freePortNear(7400, { ...taken(), taken: new Set([7400]) })).toBe(7500);
});

test('gives up with the next step when nothing is free', async () => {
  await expect(freePortNear(65_500, { isFree: async () => false })).rejects.toThrow(
    'Stop a program that listens there',
  );
});

test('sees a port that somebody listens on', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await isPortFree(port)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
  expect(await isPortFree(port)).toBe(true);
});
