import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.js';
import { Supervisor, type Worker } from './supervisor.js';

class FakeWorker implements Worker {
  readonly asked: string[] = [];
  listen: () => void = () => undefined;
  end: (code: number) => void = () => undefined;
  readonly listening = new Promise<void>((resolve) => (this.listen = resolve));
  readonly ended = new Promise<number>((resolve) => (this.end = resolve));

  constructor(
    readonly pid: number,
    readonly listens: 'early' | 'late',
  ) {}

  leave(): void {
    this.asked.push('leave');
  }

  stop(): void {
    this.asked.push('stop');
  }
}

function supervised() {
  const workers: FakeWorker[] = [];
  const clock = new FakeClock();
  const exits: number[] = [];
  const supervisor = new Supervisor({
    fork: (listens) => {
      const worker = new FakeWorker(workers.length + 1, listens);
      workers.push(worker);
      return worker;
    },
    clock,
    log: pino({ level: 'silent' }),
    exit: (code) => exits.push(code),
  });
  supervisor.start();
  return { supervisor, workers, clock, exits };
}

/** Lets what waits for settled promises go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a rolling restart', () => {
  it('lets the old worker leave only when the new one listens', async () => {
    const { supervisor, workers } = supervised();
    const rolled = supervisor.roll();
    await settle();
    expect(workers.map(({ listens }) => listens)).toEqual(['early', 'late']);
    expect(workers[0]?.asked).toEqual([]);
    workers[1]?.listen();
    await settle();
    expect(workers[0]?.asked).toEqual(['leave']);
    workers[0]?.end(0);
    await rolled;
    expect(workers).toHaveLength(2);
  });

  it('keeps the old worker when the new one ends or does not come up', async () => {
    const { supervisor, workers, clock } = supervised();
    const failed = supervisor.roll();
    workers[1]?.end(1);
    await failed;
    const late = supervisor.roll();
    await settle();
    await clock.pass(60_000);
    await late;
    expect(workers.map(({ asked }) => asked)).toEqual([[], ['stop'], ['stop']]);
  });

  it('that is asked for twice is one', async () => {
    const { supervisor, workers } = supervised();
    expect(supervisor.roll()).toBe(supervisor.roll());
    expect(workers).toHaveLength(2);
  });
});

describe('a worker that ends by itself', () => {
  it('is replaced, after longer and longer pauses', async () => {
    const { workers, clock } = supervised();
    workers[0]?.end(1);
    await settle();
    await clock.pass(30_000);
    expect(workers.map(({ listens }) => listens)).toEqual(['early', 'early']);
  });

  it('is not replaced when only a person can help', async () => {
    const { workers, clock, exits } = supervised();
    workers[0]?.end(78);
    await settle();
    await clock.pass(60_000);
    expect([workers.length, exits]).toEqual([1, [78]]);
  });
});

it('a stop ends every worker, then the supervisor with their code', async () => {
  const { supervisor, workers, exits } = supervised();
  void supervisor.roll();
  await settle();
  const stopped = supervisor.stop();
  expect(workers.map(({ asked }) => asked)).toEqual([['stop'], ['stop']]);
  workers[0]?.end(0);
  workers[1]?.end(0);
  await stopped;
  expect(exits).toEqual([0]);
});
