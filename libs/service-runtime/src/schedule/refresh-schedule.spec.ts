import { ConfigurationError } from '@idaemon/contracts';
import { describe, expect, it } from 'vitest';
import { RefreshSchedule } from './refresh-schedule.js';

const at = (time: string) => Date.parse(`2026-03-28T${time}Z`);
const noon = at('12:00:00');
const minute = 60_000;

describe('an interval', () => {
  const every10m = new RefreshSchedule({ every: '10m' }, () => 0);

  it('begins at once when nobody has refreshed before', () => {
    expect(every10m.first(noon, null)).toBe(noon);
  });

  it('continues at the time that the last owner had stored', () => {
    expect(every10m.first(noon, noon + 3 * minute)).toBe(noon + 3 * minute);
  });

  it('runs a time that was missed once, now', () => {
    expect(every10m.first(noon, noon - 60 * minute)).toBe(noon);
  });

  it('does not wait for a stored time that is further away than the interval', () => {
    expect(every10m.first(noon, noon + 24 * 60 * minute)).toBe(noon + 10 * minute);
  });

  it('counts from the start of the last refresh', () => {
    expect(every10m.after(noon, noon + 2 * minute)).toBe(noon + 10 * minute);
  });

  it('is due at once after a refresh that took longer than the interval', () => {
    expect(every10m.after(noon, noon + 25 * minute)).toBe(noon + 25 * minute);
  });

  it('is spread by a twentieth, and by half a minute at most', () => {
    expect(new RefreshSchedule({ every: '1m' }, () => 1).after(noon, noon)).toBe(noon + minute + 3_000);
    expect(new RefreshSchedule({ every: '1d' }, () => 1).after(noon, noon)).toBe(
      noon + 1440 * minute + 30_000,
    );
  });
});

describe('a cron expression', () => {
  it('is read in UTC', () => {
    const schedule = new RefreshSchedule({ cron: '30 14 * * *' });
    expect(schedule.after(noon, noon)).toBe(at('14:30:00'));
  });

  it('is read in its time zone, on the day when the clocks change too', () => {
    const berlin = new RefreshSchedule({ cron: '0 6 * * *', timeZone: 'Europe/Berlin' });
    expect(berlin.after(noon, noon)).toBe(Date.parse('2026-03-29T04:00:00Z'));
  });

  it('may have seconds', () => {
    expect(new RefreshSchedule({ cron: '*/5 * * * * *' }).after(noon + 1, noon + 1)).toBe(noon + 5_000);
  });

  it('runs times that were missed while a refresh ran once, after it', () => {
    const hourly = new RefreshSchedule({ cron: '0 * * * *' });
    expect(hourly.after(noon, noon + 150 * minute)).toBe(noon + 150 * minute);
  });

  it.each([
    [{ cron: 'each day' }, 'schedule.cron'],
    [{ cron: '0 25 * * *' }, 'schedule.cron'],
    [{ cron: '0 6 * * *', timeZone: 'Mars/Olympus' }, 'schedule.timeZone'],
  ])('that cannot be read is a mistake of the configuration: %j', (schedule, path) => {
    try {
      new RefreshSchedule(schedule);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      expect((error as ConfigurationError).errors?.[0]?.path).toBe(path);
    }
  });
});

describe('start and stop dates', () => {
  const schedule = new RefreshSchedule(
    { every: '10m', startDate: '2026-03-28T13:00:00Z', stopDate: '2026-03-28T14:00:00Z' },
    () => 0,
  );

  it('let nothing happen before the start', () => {
    expect(schedule.first(noon, null)).toBe(at('13:00:00'));
    expect(schedule.first(noon, noon - minute)).toBe(at('13:00:00'));
  });

  it('let nothing happen after the stop', () => {
    expect(schedule.after(at('13:55:00'), at('13:56:00'))).toBeNull();
    expect(schedule.first(at('15:00:00'), null)).toBeNull();
  });
});

describe('no schedule', () => {
  const none = new RefreshSchedule(undefined);

  it('never refreshes by itself', () => {
    expect(none.first(noon, null)).toBeNull();
    expect(none.after(noon, noon)).toBeNull();
  });

  it('makes up for what the last owner still owed', () => {
    expect(none.first(noon, noon - 1)).toBe(noon);
  });
});
