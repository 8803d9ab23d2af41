import { describe, expect, it } from 'vitest';
import { FoldPace } from './fold-pace.js';

const nowMs = Date.parse('2026-11-21T12:00:00Z');
const clock = { wallMs: () => nowMs };

function batch(events: number, ageMs: number) {
  return { events, unfoldable: 0, missed: 0, lastReceivedAt: new Date(nowMs - ageMs) };
}

describe('the pace of folding', () => {
  it('is full when few send, with a rest only after a batch of few', () => {
    const pace = new FoldPace(() => false, clock);
    expect(pace.limits.events).toBe(500);
    expect(pace.restMs(batch(500, 100), pace.limits, 40)).toBe(0);
    expect(pace.restMs(batch(3, 100), pace.limits, 4)).toBe(4);
    expect(pace.restMs(undefined, pace.limits, 1)).toBe(0);
    expect(pace.restMs(batch(3, 100), { events: 3, bytes: 1 }, 4)).toBe(0);
  });

  it('is gentle while many send: little at once, and rests', () => {
    const pace = new FoldPace(() => true, clock);
    expect(pace.isGentle).toBe(true);
    expect(pace.limits.events).toBeLessThan(100);
    expect(pace.restMs(batch(40, 1_000), pace.limits, 8)).toBeGreaterThan(40);
  });

  it('is full again, whoever sends, when folding is late', () => {
    const pace = new FoldPace(() => true, clock);
    expect(pace.restMs(batch(500, 61_000), pace.limits, 40)).toBe(0);
    expect(pace.isGentle).toBe(false);
    expect(pace.limits.events).toBe(500);
    expect(pace.restMs(batch(500, 5_000), pace.limits, 40)).toBeGreaterThan(40);
    expect(pace.isGentle).toBe(true);
  });
});
