import type { ConnectorDefinition, IntegrationService, SecretDeclarations } from '@idaemon/connector-kit';
import { describe, it } from 'vitest';
import type { z } from 'zod';
import type { ConnectorHooks } from './connector-hooks.js';
import { cataloguingTests } from './contract-cataloguing.js';
import { configurationTests } from './contract-configuration.js';
import { failureTests } from './contract-failures.js';
import { stoppingTests } from './contract-stopping.js';
import type { ContractTest } from './contract-test.js';
import { subjectOf, type Subject } from './fixture.js';

/** The contract that every connector keeps, as tests: call it in the spec of the connector. */
export function describeConnector<
  S extends IntegrationService,
  Schema extends z.ZodType,
  Declared extends SecretDeclarations,
  Client,
>(
  definition: ConnectorDefinition<S, Schema, Declared, Client>,
  hooks: ConnectorHooks<S, Schema, Declared>,
): void {
  describe(`connector ${definition.name}`, () => {
    for (const { sentence, run } of contractOf(subjectOf(definition, hooks))) it(sentence, run);
  });
}

/** The contract, sentence by sentence. */
export function contractOf(subject: Subject): ContractTest[] {
  return [
    ...configurationTests(subject),
    ...cataloguingTests(subject),
    ...failureTests(subject),
    ...stoppingTests(subject),
  ];
}
