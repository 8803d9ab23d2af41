import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareEventTimes, instantOf } from './event-time.js';

describe('an event time', () => {
  it.each([
    ['2026-11-21T12:56:12.62Z', '2026-11-21T12:56:12.620000000Z'],
    ['2026-11-21T12:56:12Z', '2026-11-21T12:56:12.000000000Z'],
    ['2026-11-21T12:56:12.123456+00:00', '2026-11-21T12:56:12.123456000Z'],
    ['2026-11-21T10:40:40.472698302Z', '2026-11-21T10:40:40.472698302Z'],
    ['2026-11-21T10:40:40.4726983029Z', '2026-11-21T10:40:40.472698302Z'],
    ['2026-11-21T00:30:00.000000001+02:00', '2026-11-20T22:30:00.000000001Z'],
    ['2026-12-31T23:00:00-05:30', '2027-01-01T04:30:00.000000000Z'],
    ['2026-11-21t12:56:12z', '2026-11-21T12:56:12.000000000Z'],
    ['2026-11-21 12:56', '2026-11-21T12:56:00.000000000Z'],
    ['2026-12-31T23:59:60Z', '2027-01-01T00:00:00.000000000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000000000Z'],
  ])('%s is the instant %s', (text, instant) => {
    expect(instantOf(text)).toBe(instant);
  });

  it.each([
    '',
    'now',
    '2026-11-21',
    '2026-13-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-11-31T00:00:00Z',
    '2026-11-21T24:00:00Z',
    '2026-11-21T12:60:00Z',
    '2026-11-21T12:00:61Z',
    '2026-11-21T12:00:00+24:00',
    '0000-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '2026-11-21T12:00:00Z ',
    '+002026-11-21T12:00:00Z',
  ])('"%s" is none', (text) => {
    expect(instantOf(text)).toBeUndefined();
  });

  it('compares by the instant, to the nanosecond', () => {
    expect(compareEventTimes('2026-11-21T12:00:00+02:00', '2026-11-21T10:00:00Z')).toBe(0);
    expect(compareEventTimes('2026-11-21T10:00:00.000000001Z', '2026-11-21T10:00:00.000000002Z')).toBe(-1);
    expect(compareEventTimes('2026-11-21T10:00:00Z', 'nonsense')).toBe(1);
  });

  it('agrees with the clock of the platform, to the millisecond, at any offset', () => {
    const moment = fc.date({ min: new Date('0001-01-02'), max: new Date('9998-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, fc.integer({ min: -1439, max: 1439 }), (date, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 23);
        const of = (minutes: number) => String(Math.abs(minutes)).padStart(2, '0');
        const text = `${local}${offset < 0 ? '-' : '+'}${of(Math.trunc(offset / 60))}:${of(offset % 60)}`;
        expect(instantOf(text)).toBe(date.toISOString().replace('Z', '000000Z'));
      }),
    );
  });
});
