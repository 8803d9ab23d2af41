import type { RequestContract } from '@idaemon/contracts';
import type { Messaging, RespondOptions, SubjectParameters } from '@idaemon/messaging';
import type { Answers } from '../open-metadata-store.js';

/** Answers each of the contracts with the method of its name. */
export function answerRequests<C extends Record<string, RequestContract>>(
  messaging: Messaging,
  contracts: Readonly<C>,
  parameters: SubjectParameters,
  answers: Answers<C>,
  options: RespondOptions = {},
): void {
  const answer = <N extends keyof C>(name: N, contract: C[N]) =>
    messaging.respond<C[N]['request'], C[N]['reply']>(
      contract,
      parameters,
      (request) => answers[name](request),
      options,
    );
  for (const [name, contract] of Object.entries(contracts) as [keyof C, C[keyof C]][]) answer(name, contract);
}
