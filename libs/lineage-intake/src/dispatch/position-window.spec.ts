import { describe, expect, it } from 'vitest';
import { PositionWindow } from './position-window.js';

describe('the window of events under way', () => {
  it('moves only past what is done without a hole', () => {
    const window = new PositionWindow(10);
    const [first, second, third] = [11, 13, 14].map((position) => window.begin(position));
    second?.();
    third?.();
    expect(window.doneTo).toBe(10);
    first?.();
    expect(window.doneTo).toBe(14);
    expect(window.size).toBe(0);
  });

  it('passes positions where nothing is to be done, behind what is under way', () => {
    const window = new PositionWindow(0);
    const done = window.begin(3);
    window.passed(9);
    expect(window.doneTo).toBe(0);
    done();
    expect(window.doneTo).toBe(9);
  });
});
