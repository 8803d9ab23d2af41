import { errorCodes, type ErrorCode, type WireError } from '@idaemon/contracts';
import type { HostingInstance } from './hosting.repository.js';
import { maxShardsPerInstance } from './plan-assignments.js';

type Candidate = Pick<HostingInstance, 'service' | 'condition' | 'definitions' | 'load'>;

/** Why no instance has a connector, in words for people. */
export function unassignedReason(
  { service, definition }: { service: string; definition: string },
  instances: readonly Candidate[],
): WireError {
  const ofService = instances.filter((instance) => instance.service === service);
  const hosting = ofService.filter(({ definitions }) => definitions.has(definition));
  const active = hosting.filter(({ condition }) => condition === 'active');
  if (ofService.length === 0) {
    return reason(
      'system-unavailable',
      `No instance of ${service} is running`,
      `Start ${service}, or look into its log why it does not reach NATS; the connector is assigned by itself then.`,
    );
  }
  if (hosting.length === 0 && ofService.some(({ condition }) => condition !== 'quiet')) {
    return reason(
      'configuration-invalid',
      `No instance of ${service} hosts the connector ${definition}; hosted: ${namesOf(ofService)}`,
      `Correct "connector" in the configuration, or start a ${service} that hosts ${definition}.`,
    );
  }
  if (active.length === 0) {
    return reason(
      'system-unavailable',
      `Every instance of ${service} that hosts ${definition} is stopping or has gone quiet`,
      `Nothing to do if they are being restarted; else start another ${service}.`,
    );
  }
  if (active.every(({ load }) => load >= maxShardsPerInstance)) {
    return reason(
      'system-unavailable',
      `Every instance of ${service} that hosts ${definition} has the most connectors it takes (${maxShardsPerInstance})`,
      `Add a replica of ${service}.`,
    );
  }
  return reason(
    'system-unavailable',
    'It has not been given to an instance yet',
    errorCodes['system-unavailable'].action,
  );
}

function namesOf(instances: readonly Candidate[]): string {
  const names = new Set(instances.flatMap(({ definitions }) => [...definitions]));
  return [...names].sort().join(', ') || 'none';
}

function reason(code: ErrorCode, message: string, action: string): WireError {
  return { code, message, action };
}
