import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createLog } from './log.js';
import { endOnSignals, ProcessEnd, type Signals } from './process-end.js';
import { Redaction } from './redaction.js';
import { inNameOf } from './stray-errors.js';

/** A process that gets the errors of the spec. */
function listening() {
  const process = new EventEmitter();
  const codes: number[] = [];
  const steps: string[] = [];
  const lines: string[] = [];
  const log = createLog({
    app: 'files-integrator',
    level: 'info',
    format: 'json',
    redaction: new Redaction(),
    destination: { write: (line) => void lines.push(line) },
  });
  const end = new ProcessEnd({ log, timeoutMs: 1_000, exit: (code) => void codes.push(code) });
  end.before(() => void steps.push('hand over'));
  endOnSignals(end, log, process as EventEmitter & Signals);
  const surface = (error: Error) => void process.emit('uncaughtException', error);
  return { surface, codes, steps, lines };
}

it('gives an error that nobody awaited to whose code it is, and the process goes on', async () => {
  const { surface, codes } = listening();
  const taken: unknown[] = [];
  const owner = { takeStray: (error: unknown) => taken.push(error) > 0 };
  const error = new Error('of a timer');
  await inNameOf(owner, async () => {
    await turn();
    setImmediate(() => surface(error));
    await turn();
  });
  expect(taken).toEqual([error]);
  expect(codes).toEqual([]);
});

it('ends the process in order, and not as if all were well, with one of nobody', async () => {
  const { surface, codes, steps, lines } = listening();
  surface(new Error('from anywhere'));
  await turn();
  expect(steps).toEqual(['hand over']);
  expect(codes).toEqual([1]);
  expect(lines.join('')).toContain('from anywhere');
});

it('ends the process with one that its owner cannot take', async () => {
  const { surface, codes } = listening();
  inNameOf({ takeStray: () => false }, () => surface(new Error('of the runtime')));
  await turn();
  expect(codes).toEqual([1]);
});
