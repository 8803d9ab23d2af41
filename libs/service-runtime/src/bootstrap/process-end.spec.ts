import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createLog } from './log.js';
import { ProcessEnd } from './process-end.js';
import { Redaction } from './redaction.js';

function endOf(timeoutMs = 1_000) {
  const codes: number[] = [];
  const lines: string[] = [];
  const log = createLog({
    app: 'daemon',
    level: 'info',
    format: 'json',
    redaction: new Redaction(),
    destination: { write: (line) => void lines.push(line) },
  });
  const end = new ProcessEnd({ log, timeoutMs, exit: (code) => void codes.push(code) });
  return { end, codes, lines };
}

it('aborts what waits, then goes through its steps, the last one first', async () => {
  const { end, codes } = endOf();
  const order: string[] = [];
  end.before(() => void order.push('close NATS'));
  end.before(async () => {
    await turn();
    order.push(`stop work, aborted: ${end.signal.aborted}`);
  });
  end.request('SIGTERM');
  await turn();
  await turn();
  expect(order).toEqual(['stop work, aborted: true', 'close NATS']);
  expect(codes).toEqual([0]);
});

it('goes on when a step fails', async () => {
  const { end, codes, lines } = endOf();
  const order: string[] = [];
  end.before(() => void order.push('close NATS'));
  end.before(() => Promise.reject(new Error('cannot close')));
  end.request('SIGTERM');
  await turn();
  expect(order).toEqual(['close NATS']);
  expect(codes).toEqual([0]);
  expect(lines.join('')).toContain('cannot close');
});

it('waits no longer than its time', async () => {
  const { end, codes } = endOf(5);
  end.before(() => new Promise<never>(() => undefined));
  end.request('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(codes).toEqual([1]);
});

it('ends at once when it is asked a second time', () => {
  const { end, codes } = endOf();
  end.before(() => new Promise<never>(() => undefined));
  end.request('SIGINT');
  end.request('SIGINT');
  expect(codes).toEqual([1]);
});
