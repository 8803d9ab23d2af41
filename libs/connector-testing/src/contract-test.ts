import { expect } from 'vitest';
import type { HookName, Subject } from './fixture.js';

/** One sentence of the contract, with the test that shows it. */
export interface ContractTest {
  sentence: string;
  run: () => void | Promise<void>;
}

/** A test that needs a hook, or one that says why the third party does not allow it. */
export function ifPossible(subject: Subject, hook: HookName, test: ContractTest): ContractTest {
  const why = subject.whyNot(hook);
  if (why === undefined) return test;
  const sentence = `cannot show that it ${test.sentence}: ${why}`;
  return { sentence, run: () => expect(why.trim()).not.toBe('') };
}
