import { describe, expect, it } from 'vitest';
import { mustWait } from './removal-guard.js';

const defaults = { maxPercent: 5, minElements: 10 };
const waits = (before: number, removed: number, guard = defaults, created = 0) =>
  mustWait({ before, removed, left: before - removed + created }, guard);

describe('the removal guard', () => {
  it('lets few removals go, whatever their share', () => {
    expect(waits(20, 9)).toBe(false);
    expect(waits(9, 9)).toBe(false);
  });

  it('lets a small share go, however many they are', () => {
    expect(waits(10_000, 500)).toBe(false);
  });

  it('holds many that are a large share', () => {
    expect(waits(100, 10)).toBe(true);
    expect(waits(10_000, 501)).toBe(true);
  });

  it('measures the share by what was there before, not by what came since', () => {
    expect(waits(100, 10, defaults, 10_000)).toBe(true);
  });

  it('holds all of a scope that had ten elements and came back empty, even when any share may go', () => {
    const any = { maxPercent: 100, minElements: 0 };
    expect(waits(10, 10, any)).toBe(true);
    expect(waits(9, 9, any)).toBe(false);
    expect(waits(10, 10, any, 1)).toBe(false);
  });

  it('lets an operator raise the number from which it holds', () => {
    expect(waits(49, 49, { maxPercent: 5, minElements: 50 })).toBe(false);
    expect(waits(50, 50, { maxPercent: 5, minElements: 50 })).toBe(true);
  });

  it('has nothing to hold where nothing is removed', () => {
    expect(waits(0, 0, { maxPercent: 0, minElements: 0 })).toBe(false);
  });
});
