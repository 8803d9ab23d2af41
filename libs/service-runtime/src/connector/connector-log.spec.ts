import { describe, expect, it } from 'vitest';
import { createLog } from '../bootstrap/log.js';
import { Redaction } from '../bootstrap/redaction.js';
import { FakeClock } from '../testing/fake-clock.js';
import { LogMemory } from './connector-log.js';

function memory(): LogMemory {
  const redaction = new Redaction();
  const log = createLog({
    app: 'spec',
    level: 'info',
    format: 'json',
    redaction,
    destination: { write: () => undefined },
  });
  return new LogMemory({ log, redaction, clock: new FakeClock() });
}

describe('the log memory of a connector', () => {
  it('keeps the last 500 short lines, newest last', () => {
    const logs = memory();
    for (let line = 1; line <= 700; line += 1) logs.write('info', `line ${line}`);
    const kept = logs.last(1_000).map(({ message }) => message);
    expect(kept).toHaveLength(500);
    expect([kept[0], kept.at(-1)]).toEqual(['line 201', 'line 700']);
    expect(logs.last(2).map(({ message }) => message)).toEqual(['line 699', 'line 700']);
    expect(logs.last(0)).toEqual([]);
  });

  it('keeps no more than 64 KiB of long lines, the newest of them', () => {
    const logs = memory();
    for (let line = 1; line <= 700; line += 1) logs.write('info', `${line} ${'é'.repeat(1_000)}`);
    const kept = logs.last(1_000).map(({ message }) => message);
    expect(Buffer.byteLength(kept.join(''))).toBeLessThanOrEqual(64 * 1024);
    expect(kept).toHaveLength(32);
    expect(kept.at(-1)).toMatch(/^700 /);
  });

  it('fills up again with short lines once the long ones have gone', () => {
    const logs = memory();
    for (let line = 1; line <= 100; line += 1) logs.write('info', 'x'.repeat(2_000));
    for (let line = 1; line <= 600; line += 1) logs.write('info', `line ${line}`);
    expect(logs.last(1_000)).toHaveLength(500);
  });
});
