import { expect, test } from 'vitest';
import type { InstanceCondition } from './assignment-plan.js';
import { maxShardsPerInstance } from './plan-assignments.js';
import { unassignedReason } from './unassigned-reason.js';

const connector = { service: 'files-integrator', definition: 'folder' } as const;
const instance = (definitions: string[], condition: InstanceCondition = 'active', load = 0) => ({
  service: connector.service,
  definitions: new Set(definitions),
  condition,
  load,
});
const message = (...instances: ReturnType<typeof instance>[]) =>
  unassignedReason(connector, instances).message;

test('each reason names the thing that is missing', () => {
  expect(message()).toBe('No instance of files-integrator is running');
  expect(message(instance(['s3', 'csv']))).toBe(
    'No instance of files-integrator hosts the connector folder; hosted: csv, s3',
  );
  expect(message(instance(['folder'], 'draining'), instance(['folder'], 'quiet'))).toBe(
    'Every instance of files-integrator that hosts folder is stopping or has gone quiet',
  );
  expect(message(instance(['folder'], 'active', maxShardsPerInstance))).toContain(
    String(maxShardsPerInstance),
  );
  expect(message(instance(['folder']))).toBe('It has not been given to an instance yet');
});

test('an instance that has not registered yet is not blamed for what it hosts', () => {
  expect(message(instance([], 'quiet'))).toContain('gone quiet');
});

test('each reason says what to do', () => {
  const cases = [[], [instance(['s3'])], [instance(['folder'], 'draining')], [instance(['folder'])]];
  for (const instances of cases) expect(unassignedReason(connector, instances).action).not.toBe('');
});
