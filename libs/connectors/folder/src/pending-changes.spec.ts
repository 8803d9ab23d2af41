import { describe, expect, it } from 'vitest';
import { PendingChanges } from './pending-changes.js';

describe('PendingChanges', () => {
  it('gives a path when it has settled', () => {
    const { changes, clock } = waiting();
    changes.add('/a');
    clock.ms += 200;
    changes.add('/a');
    clock.ms += 200;
    expect(changes.takeDue()).toEqual([]);
    clock.ms += changes.dueInMs() ?? 0;
    expect(changes.takeDue()).toEqual(['/a']);
    expect(changes.dueInMs()).toBeUndefined();
  });

  it('gives upper paths first', () => {
    const { changes, clock } = waiting();
    for (const path of ['/a/b/c', '/a', '/a/b']) changes.add(path);
    clock.ms += 1_000;
    expect(changes.takeDue()).toEqual(['/a', '/a/b', '/a/b/c']);
  });

  it('gives a path that never settles after ten seconds, and then ever less often', () => {
    const { changes, clock } = waiting();
    const takenAt: number[] = [];
    for (; clock.ms < 300_000; clock.ms += 100) {
      changes.add('/log');
      if (changes.takeDue().length) takenAt.push(clock.ms);
    }
    const pauses = takenAt.map((at, index) => at - (takenAt[index - 1] ?? 0));
    expect(pauses[0]).toBe(10_000);
    expect(pauses.at(-1)).toBe(30_000);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  });

  it('gives five changes of a path at once that come one after the other', () => {
    const { changes, clock } = waiting();
    for (let change = 0; change < 5; change++) {
      changes.add('/a');
      clock.ms += 300;
      expect(changes.takeDue()).toEqual(['/a']);
    }
  });

  it('treats a path that was quiet for a minute as new', () => {
    const { changes, clock } = waiting();
    for (let change = 0; change < 8; change++) {
      changes.add('/a');
      clock.ms += 61_000;
      expect(changes.takeDue()).toEqual(['/a']);
    }
    changes.add('/a');
    expect(changes.dueInMs()).toBe(250);
  });

  it('does not count that a path is looked at once more', () => {
    const { changes, clock } = waiting();
    for (let look = 0; look < 20; look++) {
      changes.lookAgain('/a');
      clock.ms += 250;
      expect(changes.takeDue()).toEqual(['/a']);
    }
  });

  it('holds no more than it may: too many are one overflow', () => {
    const { changes, clock } = waiting(3);
    for (const path of ['/a', '/b', '/c', '/d']) changes.add(path);
    expect(changes.dueInMs()).toBe(0);
    expect(changes.takeOverflow()).toBe(true);
    expect(changes.takeOverflow()).toBe(false);
    clock.ms += 1_000;
    expect(changes.takeDue()).toEqual([]);
  });

  it('wakes who waits when something comes, and when the signal aborts', async () => {
    const { changes } = waiting();
    const abort = new AbortController();
    const first = changes.wait(abort.signal, undefined);
    changes.add('/a');
    await first;
    const second = changes.wait(abort.signal, undefined);
    abort.abort();
    await second;
    await changes.wait(abort.signal, undefined);
  });
});

function waiting(maxPaths?: number) {
  const clock = { ms: 0 };
  return { clock, changes: new PendingChanges(() => clock.ms, maxPaths) };
}
