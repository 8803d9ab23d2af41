const dateTime =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d\d):?(\d\d)?)?$/;
const minuteMs = 60_000;

/**
 * The instant of an event time as text of a fixed form, `2026-11-21T12:56:12.620000000Z`: such texts compare as the
 * instants do. Any offset, none (then UTC), any number of fraction digits (nine are kept). Undefined: no date-time.
 */
export function instantOf(eventTime: string): string | undefined {
  const match = dateTime.exec(eventTime);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second = '00', fraction = '', sign, offsetHour, offsetMinute] =
    match;
  if (!isClock(hour, minute, second) || !isDay(Number(year), Number(month), Number(day))) return undefined;
  const nanoseconds = fraction.slice(0, 9).padEnd(9, '0');
  const offset = offsetMinutes(sign, offsetHour, offsetMinute);
  if (offset === undefined) return undefined;
  if (offset === 0 && second !== '60') {
    return `${year}-${month}-${day}T${hour}:${minute}:${second}.${nanoseconds}Z`;
  }
  return shifted(
    `${year}-${month}-${day}T${hour}:${minute}`,
    Number(second) * 1_000 - offset * minuteMs,
    nanoseconds,
  );
}

/** Negative when `a` is before `b`; what is no date-time comes first. */
export function compareEventTimes(a: string, b: string): number {
  return compareTexts(instantOf(a) ?? '', instantOf(b) ?? '');
}

/** By UTF-16 code units, the same on every machine. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function shifted(minuteText: string, byMs: number, nanoseconds: string): string | undefined {
  const atMs = Date.parse(`${minuteText}:00.000Z`) + byMs;
  const text = new Date(atMs).toISOString();
  // Years outside 0000 to 9999 get a sign and would no longer compare as texts do.
  return text.length === 24 ? `${text.slice(0, 19)}.${nanoseconds}Z` : undefined;
}

function offsetMinutes(sign = '+', hour = '00', minute = '00'): number | undefined {
  if (hour > '23' || minute > '59') return undefined;
  const minutes = Number(hour) * 60 + Number(minute);
  return sign === '-' ? -minutes : minutes;
}

function isClock(hour = '', minute = '', second = ''): boolean {
  return hour <= '23' && minute <= '59' && second <= '60';
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= 28 || day <= new Date(Date.UTC(year === 0 ? 2000 : year, month, 0)).getUTCDate();
}
