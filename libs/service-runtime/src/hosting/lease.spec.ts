import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.js';
import { instantOf, Lease } from './lease.js';

function leaseOf(lengthMs: number) {
  const clock = new FakeClock();
  const lease = new Lease(clock);
  const renew = () => lease.renew(instantOf(clock), lengthMs);
  return { clock, lease, renew };
}

it('does not exist before the first answer', () => {
  expect(leaseOf(6_000).lease.isValid).toBe(false);
});

it('ends one second before it would', async () => {
  const { clock, lease, renew } = leaseOf(6_000);
  renew();
  await clock.pass(4_999);
  expect(lease.isValid).toBe(true);
  await clock.pass(1);
  expect(lease.isValid).toBe(false);
});

it('counts from when the heartbeat was sent, not from its answer', async () => {
  const { clock, lease } = leaseOf(6_000);
  const sentAt = instantOf(clock);
  await clock.pass(2_000);
  lease.renew(sentAt, 6_000);
  expect(lease.remainingMs).toBe(3_000);
});

it('ends for a process that was suspended', () => {
  const { clock, lease, renew } = leaseOf(6_000);
  renew();
  clock.suspend(7_000);
  expect(lease.isValid).toBe(false);
});

it('ends for a machine that was suspended, whose monotonic clock stood still', () => {
  const { clock, lease, renew } = leaseOf(6_000);
  renew();
  clock.suspend(7_000, { isMonotonicStopped: true });
  expect(lease.isValid).toBe(false);
});

it('is not made longer by a wall clock that is set back', async () => {
  const { clock, lease, renew } = leaseOf(6_000);
  renew();
  clock.suspend(-3_600_000, { isMonotonicStopped: true });
  await clock.pass(5_000);
  expect(lease.isValid).toBe(false);
});

it('goes on with each renewal', async () => {
  const { clock, lease, renew } = leaseOf(6_000);
  for (let beat = 0; beat < 10; beat += 1) {
    renew();
    await clock.pass(1_500);
    expect(lease.isValid).toBe(true);
  }
});
