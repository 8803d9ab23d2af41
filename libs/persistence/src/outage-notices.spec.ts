import { SystemUnavailableError } from '@idaemon/contracts';
import { expect, it } from 'vitest';
import { explain } from './database-errors.js';
import { OutageNotices } from './outage-notices.js';

const postgresSays = (code: string, message: string) => explain(Object.assign(new Error(message), { code }));

it('a full disk is told with its cause and the next step, once a minute', () => {
  const told: SystemUnavailableError[] = [];
  let nowMs = 0;
  const notices = new OutageNotices(
    (error) => told.push(error),
    () => nowMs,
  );
  const full = postgresSays('53100', 'could not extend file "base/1/2": No space left on device');
  for (nowMs = 0; nowMs < 90_000; nowMs += 1_000) expect(notices.noticed(full)).toBe(full);
  expect(told).toHaveLength(2);
  expect(told[0]).toMatchObject({
    code: 'system-unavailable',
    message: 'Postgres is unavailable: could not extend file "base/1/2": No space left on device',
    action: expect.stringContaining('Free space on the disk of Postgres') as string,
  });
});

it('what is no outage is not told', () => {
  const told: unknown[] = [];
  const notices = new OutageNotices((error) => told.push(error));
  for (const error of [
    new Error('a bug'),
    postgresSays('57014', 'canceling statement'),
    postgresSays('23505', 'key'),
  ]) {
    expect(notices.noticed(error)).toBe(error);
  }
  expect(told).toEqual([]);
});
