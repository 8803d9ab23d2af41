import { describe, expect, it } from 'vitest';
import { Admission } from './admission.js';
import { Refusal } from './refusal.js';

const kibibyte = 1024;

describe('admission', () => {
  it('refuses what does not fit beside the others, and takes it when they have left', () => {
    const admission = new Admission(100 * kibibyte);
    const first = admission.enter('a', 50 * kibibyte);
    expect(() => admission.enter('b', 60 * kibibyte)).toThrow(Refusal);
    first.leave();
    admission.enter('b', 60 * kibibyte).leave();
    expect(admission.heldBytes).toBe(0);
  });

  it('leaves room for others beside a sender who floods', () => {
    const admission = new Admission(100 * kibibyte);
    for (let count = 0; count < 4; count++) admission.enter('flood', 10 * kibibyte);
    expect(() => admission.enter('flood', kibibyte)).toThrow(Refusal);
    expect(() => admission.enter('other', kibibyte)).not.toThrow();
  });

  it('lets one in that is larger than all the room, when it is alone', () => {
    const admission = new Admission(100 * kibibyte);
    const alone = admission.enter('a', 10 * kibibyte);
    alone.grow(500 * kibibyte);
    expect(() => admission.enter('b', 1)).toThrow(Refusal);
    alone.leave();
    expect(admission.heldBytes).toBe(0);
  });

  it('refuses one that grows beyond the room, and then forgets what it held', () => {
    const admission = new Admission(100 * kibibyte);
    admission.enter('a', 10 * kibibyte);
    const growing = admission.enter('b', 10 * kibibyte);
    expect(() => growing.grow(80 * kibibyte)).toThrow(Refusal);
    growing.leave();
    expect(admission.heldBytes).toBe(18 * kibibyte);
  });

  it('counts a request without a body, too', () => {
    const admission = new Admission(100 * kibibyte);
    for (let count = 0; count < 9; count++) admission.enter(`s${count % 3}`, 0);
    expect(() => {
      for (let count = 0; count < 9; count++) admission.enter(`s${count % 3}`, 0);
    }).toThrow(Refusal);
  });
});
